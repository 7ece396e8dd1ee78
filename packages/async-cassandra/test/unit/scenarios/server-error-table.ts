import type { ErrorFields, ErrorName } from '../../support/wire/index.ts';

/** What is sent: `+` is marked idempotent, `-` marked not to be, the others are not marked. */
export const KINDS = [
  'read',
  'read-',
  'write+',
  'write',
  'lwt+',
  'lwt',
  'counter',
  'batch+',
  'batch',
  'counters',
] as const;
export type Kind = (typeof KINDS)[number];

/** `same`: sent again to the same node, three times; `next`: to the next nodes; `once`: to the next node, once; `fail`: nowhere. */
export type Verdict = 'same' | 'next' | 'once' | 'fail';
export type OutcomeName = 'rejected' | 'unknown';

export interface ErrorCase {
  readonly name: string;
  readonly error: ErrorName | number;
  readonly fields: ErrorFields;
  /** The class that callers see. */
  readonly className: string;
  /** For writes and batches. Reads are always `rejected`. */
  readonly outcome: OutcomeName;
  /** For conditional statements, which read before they write and commit after they were decided. */
  readonly conditionalOutcome: OutcomeName;
  readonly verdicts: Readonly<Record<Kind, Verdict>>;
}

/**
 * The table of retries of the driver's specification, and its rule about statements that are not idempotent, written out by
 * hand for each kind of statement. Nothing here may be computed by the driver's own policy.
 */
const TABLE = `
case                 | class                    | write    | lwt      | read read- write+ write lwt+ lwt  counter batch+ batch counters
readTimeout enough   | ReadTimeoutError         | rejected | unknown  | same fail  same   fail  same fail fail    same   fail  fail
readTimeout data     | ReadTimeoutError         | rejected | unknown  | same fail  same   fail  same fail fail    same   fail  fail
readTimeout both     | ReadTimeoutError         | rejected | unknown  | same fail  same   fail  same fail fail    same   fail  fail
readTimeout few      | ReadTimeoutError         | rejected | unknown  | fail fail  fail   fail  fail fail fail    fail   fail  fail
write SIMPLE         | WriteTimeoutError        | unknown  | unknown  | same fail  same   fail  same fail fail    same   fail  fail
write BATCH          | WriteTimeoutError        | unknown  | unknown  | same fail  same   fail  same fail fail    same   fail  fail
write UNLOGGED_BATCH | WriteTimeoutError        | unknown  | unknown  | same fail  same   fail  same fail fail    same   fail  fail
write BATCH_LOG      | WriteTimeoutError        | unknown  | unknown  | same fail  same   fail  same fail fail    same   fail  fail
write CAS            | WriteTimeoutError        | unknown  | unknown  | fail fail  fail   fail  fail fail fail    fail   fail  fail
write COUNTER        | WriteTimeoutError        | unknown  | unknown  | fail fail  fail   fail  fail fail fail    fail   fail  fail
write VIEW           | WriteTimeoutError        | unknown  | unknown  | fail fail  fail   fail  fail fail fail    fail   fail  fail
write CDC            | WriteTimeoutError        | unknown  | unknown  | fail fail  fail   fail  fail fail fail    fail   fail  fail
write NEVER_HEARD_OF | WriteTimeoutError        | unknown  | unknown  | fail fail  fail   fail  fail fail fail    fail   fail  fail
unavailable          | UnavailableError         | rejected | unknown  | once once  once   once  fail fail once    once   once  once
overloaded           | OverloadedError          | unknown  | unknown  | next fail  next   fail  next fail fail    next   fail  fail
serverError          | ServerError              | unknown  | unknown  | next fail  next   fail  next fail fail    next   fail  fail
truncateError        | TruncateError            | unknown  | unknown  | next fail  next   fail  next fail fail    next   fail  fail
isBootstrapping      | IsBootstrappingError     | rejected | rejected | next next  next   next  next next next    next   next  next
readFailure          | ReadFailureError         | rejected | unknown  | fail fail  fail   fail  fail fail fail    fail   fail  fail
writeFailure         | WriteFailureError        | unknown  | unknown  | fail fail  fail   fail  fail fail fail    fail   fail  fail
casWriteUnknown      | CasWriteUnknownError     | unknown  | unknown  | fail fail  fail   fail  fail fail fail    fail   fail  fail
cdcWriteFailure      | CdcWriteFailureError     | unknown  | unknown  | fail fail  fail   fail  fail fail fail    fail   fail  fail
functionFailure      | FunctionFailureError     | rejected | unknown  | fail fail  fail   fail  fail fail fail    fail   fail  fail
syntaxError          | CqlSyntaxError           | rejected | rejected | fail fail  fail   fail  fail fail fail    fail   fail  fail
unauthorized         | UnauthorizedError        | rejected | rejected | fail fail  fail   fail  fail fail fail    fail   fail  fail
invalid              | InvalidQueryError        | rejected | rejected | fail fail  fail   fail  fail fail fail    fail   fail  fail
configError          | ServerConfigurationError | rejected | rejected | fail fail  fail   fail  fail fail fail    fail   fail  fail
alreadyExists        | AlreadyExistsError       | rejected | rejected | fail fail  fail   fail  fail fail fail    fail   fail  fail
protocolError        | ServerProtocolError      | rejected | rejected | fail fail  fail   fail  fail fail fail    fail   fail  fail
authenticationError  | BadCredentialsError      | rejected | rejected | fail fail  fail   fail  fail fail fail    fail   fail  fail
unprepared           | UnpreparedError          | rejected | rejected | fail fail  fail   fail  fail fail fail    fail   fail  fail
code 0x7777          | QueryError               | unknown  | unknown  | fail fail  fail   fail  fail fail fail    fail   fail  fail
`;

const FIELDS: Readonly<Record<string, ErrorFields>> = {
  'readTimeout enough': { consistency: 'QUORUM', blockFor: 2, received: 2, dataPresent: false },
  'readTimeout data': { consistency: 'QUORUM', blockFor: 2, received: 1, dataPresent: true },
  'readTimeout both': { consistency: 'QUORUM', blockFor: 2, received: 2, dataPresent: true },
  'readTimeout few': { consistency: 'QUORUM', blockFor: 2, received: 1, dataPresent: false },
  unavailable: { consistency: 'QUORUM', required: 2, alive: 1 },
  readFailure: {
    consistency: 'ALL',
    blockFor: 3,
    received: 1,
    dataPresent: true,
    failures: { '10.0.0.8': 1, '::1': 2 },
  },
  writeFailure: { consistency: 'ALL', blockFor: 3, received: 1, writeType: 'SIMPLE', failures: { '10.0.0.8': 1 } },
  casWriteUnknown: { consistency: 'SERIAL', blockFor: 3, received: 1 },
  functionFailure: { keyspace: 'ks', functionName: 'fn', argumentTypes: ['int', 'list<text>'] },
  alreadyExists: { keyspace: 'ks', table: 't' },
  unprepared: { id: Buffer.from('c0ffee', 'hex') },
};

function parse(line: string): ErrorCase {
  const [name = '', className = '', outcome = '', conditionalOutcome = '', verdicts = ''] = line
    .split('|')
    .map((cell) => cell.trim());
  const [first = '', second = ''] = name.split(' ');
  const counts = { consistency: 'QUORUM', blockFor: 2, received: 1 } as const;
  return {
    name,
    error: first === 'write' ? 'writeTimeout' : first === 'code' ? Number(second) : (first as ErrorName),
    fields: first === 'write' ? { ...counts, writeType: second, contentions: 5 } : (FIELDS[name] ?? {}),
    className,
    outcome: outcome as OutcomeName,
    conditionalOutcome: conditionalOutcome as OutcomeName,
    verdicts: Object.fromEntries(verdicts.split(/\s+/).map((verdict, i) => [KINDS[i], verdict])) as Record<
      Kind,
      Verdict
    >,
  };
}

export const ERROR_CASES: readonly ErrorCase[] = TABLE.trim().split('\n').slice(1).map(parse);
