import { ProtocolError } from '../../errors/index.ts';
import { readResultKind, ResultKind } from '../../protocol/index.ts';
import { RawPage } from '../raw-page.ts';
import type { ResultReceiver } from '../request-contract.ts';
import type { ReceivedPage } from './scan-page.ts';

/** Keeps pages undecoded, and the bytes that they are in. */
export const scanPageReceiver: ResultReceiver = {
  receive(request, attempt, reader, owned): void {
    const kind = readResultKind(reader);
    if (kind !== ResultKind.ROWS)
      throw new ProtocolError(
        `A table was read and a result of kind ${kind} came; check what stands between driver and server`,
      );
    const { core, statement } = request;
    const last = statement.lastMetadata;
    const metadata = core.rowsHead.read(reader, core.protocolVersion, attempt.sentMetadata, last, core.registry);
    if (metadata !== last && metadata !== attempt.sentMetadata) statement.learn(metadata);
    const { rowCount, pagingState } = core.rowsHead;
    const bytes = reader.keep(owned);
    const page: ReceivedPage = { raw: RawPage.over(request, metadata, rowCount, pagingState, bytes), bytes };
    request.resolve(page);
  },
  /** A retry policy that has an error ignored would have rows left out. */
  empty: () => null,
  rowsOf: (result) => (result as ReceivedPage | null)?.raw.rowCount,
};
