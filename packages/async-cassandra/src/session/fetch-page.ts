import { SessionClosedError } from '../errors/index.ts';
import type { RawPage } from './raw-page.ts';
import { Request } from './request.ts';
import type { RequestSettings } from './request-settings.ts';

/** Fetches the page that `pagingState` names, as a request of its own with its own timeout. */
export function fetchPage(like: Request, pagingState: Buffer, overrides?: Partial<RequestSettings>): Promise<RawPage> {
  const settings: RequestSettings = { ...like.settings, ...overrides, pagingState };
  return new Promise((resolve, reject) => {
    if (like.core.isClosed) {
      reject(new SessionClosedError('The session is closed; further pages cannot be fetched'));
      return;
    }
    new Request(like.core, like.statement, like.values, settings, true, (page) => resolve(page as RawPage), reject).start();
  });
}
