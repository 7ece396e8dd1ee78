import assert from 'node:assert/strict';
import { ProtocolError } from '../../../src/errors/index.ts';
import { ByteReader, type ProtocolVersion } from '../../../src/protocol/index.ts';
import { SeededRandom } from '../seeded-random.ts';
import { below, oneIn, randomFullResponse } from './random-responses.ts';
import { decodeFullResponse } from './response-decoding.ts';
import { encodeFullResponse } from './response-encoding.ts';
import type { FullResponse, ResponseOpcode } from './response-message.ts';

const MIB = 2 ** 20;
const opcodes: readonly ResponseOpcode[] = [
  'ERROR',
  'READY',
  'AUTHENTICATE',
  'SUPPORTED',
  'RESULT',
  'EVENT',
  'AUTH_CHALLENGE',
  'AUTH_SUCCESS',
];
const edgeBytes = [0x00, 0x01, 0x7f, 0x80, 0xff, 0x20, 0x30, 0x31];

/** What a run of the fuzzer saw. */
export interface FuzzTally {
  messages: number;
  accepted: number;
  refused: number;
  largestAllocation: number;
}

export function newTally(): FuzzTally {
  return { messages: 0, accepted: 0, refused: 0, largestAllocation: 0 };
}

/**
 * Makes one message from the seed, as it is or changed, and decodes it. What is accepted must survive encoding (by
 * the tests' own encoder) and decoding again; what is not must be a ProtocolError.
 */
export function fuzzOneMessage(seed: number, tally: FuzzTally): void {
  const random = new SeededRandom(seed);
  const version: ProtocolVersion = oneIn(random, 2) ? 4 : 5;
  const message = randomFullResponse(random, version);
  const { body, flags } = encodeFullResponse(version, message);
  const { opcode } = message.response;
  if (oneIn(random, 4)) {
    assert.deepEqual(decode(version, opcode, flags, body, tally), message);
    tally.accepted++;
  } else {
    const changedOpcode = oneIn(random, 10) ? random.pick(opcodes) : opcode;
    const changedFlags = oneIn(random, 10) ? flags ^ random.pick([2, 4, 8]) : flags;
    decodeChanged(
      oneIn(random, 10) ? (version === 4 ? 5 : 4) : version,
      changedOpcode,
      changedFlags,
      mutate(random, body),
      tally,
    );
  }
  tally.messages++;
}

function decodeChanged(
  version: ProtocolVersion,
  opcode: ResponseOpcode,
  flags: number,
  body: Buffer,
  tally: FuzzTally,
): void {
  let decoded: FullResponse;
  try {
    decoded = decode(version, opcode, flags, body, tally);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    tally.refused++;
    return;
  }
  const again = encodeFullResponse(version, decoded);
  assert.deepEqual(decode(version, opcode, again.flags, again.body, tally), decoded);
  tally.accepted++;
}

/** Decodes while it watches how much memory is asked for at once. */
function decode(
  version: ProtocolVersion,
  opcode: ResponseOpcode,
  flags: number,
  body: Buffer,
  tally: FuzzTally,
): FullResponse {
  const { alloc, allocUnsafe, allocUnsafeSlow } = Buffer;
  let largest = 0;
  const watch =
    (allocate: (size: number) => Buffer) =>
    (size: number): Buffer => {
      largest = Math.max(largest, size);
      return allocate(size);
    };
  const reader = ByteReader.of(body);
  Object.assign(Buffer, {
    alloc: watch(alloc),
    allocUnsafe: watch(allocUnsafe),
    allocUnsafeSlow: watch(allocUnsafeSlow),
  });
  try {
    return decodeFullResponse(version, opcode, flags, reader);
  } finally {
    Object.assign(Buffer, { alloc, allocUnsafe, allocUnsafeSlow });
    assert.ok(
      largest <= 4 * body.length + MIB,
      `${largest} bytes were allocated at once for a message of ${body.length}`,
    );
    tally.largestAllocation = Math.max(tally.largestAllocation, largest);
  }
}

/** Changes bytes one to four times: overwrites, inserts, removes, repeats, cuts, or throws all away. */
function mutate(random: SeededRandom, body: Buffer): Buffer {
  let bytes: Buffer = Buffer.from(body);
  for (let times = 1 + below(random, 4); times > 0; times--) {
    const at = below(random, bytes.length + 1);
    switch (below(random, 8)) {
      case 0:
        bytes = bytes.subarray(0, at);
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), random.bytes(1 + below(random, 8)), bytes.subarray(at)]);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(random, 8))]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(below(random, at + 1))]);
        break;
      case 4:
        if (oneIn(random, 8)) bytes = random.bytes(below(random, 64));
        break;
      case 5:
        if (at < bytes.length) bytes[at] = (bytes[at] as number) ^ (1 << below(random, 8));
        break;
      default:
        if (at < bytes.length) bytes[at] = random.pick(edgeBytes);
    }
  }
  return bytes;
}
