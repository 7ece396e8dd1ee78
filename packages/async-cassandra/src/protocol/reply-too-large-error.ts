import { ProtocolError } from '../errors/index.ts';

/** A reply is larger than `limits.maxEnvelopeBytes`: no fault of its node, nor would another one send less. */
export class ReplyTooLargeError extends ProtocolError {
  /** Whose reply it is. */
  readonly streamId: number;
  constructor(message: string, streamId: number) {
    super(message);
    this.streamId = streamId;
  }
}
