import { columnsOf, decodeValue, encodePrepared, opcodes } from '../wire/index.ts';
import type { Column, SchemaChange } from '../wire/index.ts';
import { inferBindMarkers } from './bind-markers.ts';
import type { BindMarkers } from './bind-markers.ts';
import { TokenCursor, tokenize } from './cql-tokens.ts';
import type { CqlToken } from './cql-tokens.ts';
import type { Exchange } from './exchange.ts';
import { answerAuthResponse, answerOptions, answerStartup } from './handshake.ts';
import { resultMetadataId, ServerStatement } from './prepared-statement.ts';
import { schemaChange, setKeyspace, voidResult } from './replies.ts';
import type { Reply } from './replies.ts';
import type { NodeHost } from './roles.ts';
import { sendPaged } from './row-replies.ts';
import { parseSelect, selectedColumns, selectRows } from './select-statement.ts';

/** What a scripted server answers to a request that no rule is for. */
export function answerByDefault(x: Exchange): void {
  const { message } = x.request;
  switch (message.opcode) {
    case opcodes.OPTIONS:
      return answerOptions(x);
    case opcodes.STARTUP:
      return answerStartup(x, message.options);
    case opcodes.AUTH_RESPONSE:
      return answerAuthResponse(x, message.token);
    case opcodes.REGISTER:
      for (const type of message.eventTypes) x.connection.eventTypes.add(type);
      return x.respond(opcodes.READY, Buffer.alloc(0));
    case opcodes.PREPARE:
      return answerPrepare(x, message.cql);
    case opcodes.BATCH:
      return voidResult().send(x);
    default:
      return answerStatement(x, x.request.cql ?? '');
  }
}

/** The default answer as a reply, to be wrapped: `delayed(100, byDefault())` for a slow PREPARE. */
export function byDefault(): Reply {
  return { send: answerByDefault };
}

function answerPrepare(x: Exchange, cql: string): void {
  const { server } = x;
  const keyspace = x.request.keyspace;
  const statement = new ServerStatement(
    cql,
    keyspace,
    describeMarkers(server, cql, keyspace),
    describeResult(server, cql, keyspace),
  );
  server.statements.set(statement.idHex, statement);
  const { resultColumns } = statement;
  x.result(
    encodePrepared(x.request.version, {
      ...statement,
      resultMetadataId: resultMetadataId(resultColumns),
      resultColumns,
    }),
  );
}

function describeMarkers(server: NodeHost, cql: string, keyspace: string | undefined): BindMarkers {
  const inferred = inferBindMarkers(cql, keyspace, (ks, name) => server.findTable(ks ?? keyspace, name));
  const options = server.describe(cql);
  if (options.bind === undefined) return inferred;
  const [first] = inferred.variables;
  const names = Object.keys(options.bind);
  return {
    variables: columnsOf(
      options.keyspace ?? first?.keyspace ?? keyspace ?? 'ks',
      options.table ?? first?.table ?? 'tbl',
      options.bind,
    ),
    partitionKeyIndexes: (options.partitionKey ?? []).map((name) => names.indexOf(name)),
  };
}

function describeResult(server: NodeHost, cql: string, keyspace: string | undefined): readonly Column[] {
  const scripted = server.describe(cql).columns;
  if (scripted !== undefined) return scripted;
  const select = parseSelect(cql);
  const table = select === undefined ? undefined : server.findTable(select.keyspace ?? keyspace, select.table);
  if (select === undefined || table === undefined) return [];
  const columns = selectedColumns(select, table);
  return 'unknown' in columns ? [] : columns;
}

function answerStatement(x: Exchange, cql: string): void {
  const cursor = new TokenCursor(tokenize(cql.slice(0, 200)));
  switch (cursor.peek()?.text) {
    case 'select':
      return answerSelect(x, cql);
    case 'use':
      return answerUse(x, cursor.peek(1)?.text ?? '');
    case 'insert':
    case 'update':
    case 'delete':
    case 'truncate':
    case 'begin':
      return voidResult().send(x);
    case 'create':
    case 'alter':
    case 'drop': {
      const change = changeOf(cursor, x.request.keyspace);
      return (change === undefined ? voidResult() : schemaChange(change)).send(x);
    }
    default:
      return x.error('syntaxError', { message: `No rule of the scripted server is for: ${cql}` });
  }
}

function answerUse(x: Exchange, keyspace: string): void {
  const { schema } = x.server;
  // A script that names no keyspaces accepts them all.
  const isKnown =
    schema.hasKeyspace(keyspace) || keyspace.startsWith('system') || schema.keyspaces.next().done === true;
  if (isKnown) setKeyspace(keyspace).send(x);
  else x.error('invalid', { message: `Keyspace '${keyspace}' does not exist` });
}

function answerSelect(x: Exchange, cql: string): void {
  const { server, request } = x;
  const select = parseSelect(cql);
  const table = select === undefined ? undefined : server.findTable(select.keyspace ?? request.keyspace, select.table);
  if (select === undefined || table === undefined) {
    x.error('invalid', { message: `No rule of the scripted server is for: ${cql}` });
    return;
  }
  const columns = selectedColumns(select, table);
  if ('unknown' in columns) {
    x.error('invalid', {
      message: `Undefined column name ${columns.unknown} in table ${table.keyspace}.${table.name}`,
    });
    return;
  }
  const variables = request.statement?.variables ?? inferBindMarkers(cql, request.keyspace, () => table).variables;
  const names = request.parameters?.names;
  const bound = (marker: CqlToken, index: number): unknown => {
    const raw = request.values[names === undefined || marker.text === '?' ? index : names.indexOf(marker.text)];
    const type = variables[index]?.type;
    return raw === undefined || raw === 'unset' || type === undefined ? undefined : decodeValue(type, raw);
  };
  const matching = selectRows(select, table, bound);
  sendPaged(x, columns, matching.length, (from, to) => matching.slice(from, to));
}

const targets: Readonly<Record<string, SchemaChange['target']>> = {
  keyspace: 'KEYSPACE',
  table: 'TABLE',
  columnfamily: 'TABLE',
  type: 'TYPE',
  materialized: 'TABLE',
};
const changes: Readonly<Record<string, SchemaChange['changeType']>> = {
  create: 'CREATED',
  alter: 'UPDATED',
  drop: 'DROPPED',
};

/** `CREATE TABLE [IF NOT EXISTS] ks.t`, `DROP KEYSPACE ks` and so on; undefined for what is not a simple one. */
function changeOf(cursor: TokenCursor, keyspace: string | undefined): SchemaChange | undefined {
  const changeType = changes[cursor.next()?.text ?? ''];
  const target = targets[cursor.next()?.text ?? ''];
  cursor.take('view');
  if (!cursor.take('if', 'not', 'exists')) cursor.take('if', 'exists');
  const name = cursor.qualifiedName();
  if (changeType === undefined || target === undefined || name === undefined) return undefined;
  if (target === 'KEYSPACE') return { changeType, target, keyspace: name.name };
  return { changeType, target, keyspace: name.keyspace ?? keyspace ?? '', name: name.name };
}
