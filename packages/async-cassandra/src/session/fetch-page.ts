import { type RawPage, rawPageReceiver } from './raw-page.ts';
import { Request } from './request.ts';
import type { LiveRequest } from './request-contract.ts';
import type { RequestSettings } from './request-settings.ts';

/** Fetches the page that `pagingState` names, as a request of its own with its own timeout. */
export function fetchPage(like: LiveRequest, pagingState: Buffer): Promise<RawPage> {
  const settings: RequestSettings = { ...like.settings, pagingState };
  return new Promise((resolve, reject) => {
    if (like.core.isClosed) reject(like.closedError(false));
    else
      new Request(
        like.core,
        like.statement,
        like.values,
        settings,
        rawPageReceiver,
        (page) => resolve(page as RawPage),
        reject,
      ).start();
  });
}
