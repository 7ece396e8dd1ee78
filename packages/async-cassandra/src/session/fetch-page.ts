import { type RawPage, rawPageReceiver } from './raw-page.ts';
import { Request } from './request.ts';
import type { LiveRequest } from './request-contract.ts';
import type { RequestSettings } from './request-settings.ts';

/**
 * Makes the request for a further page. It is one of its own, with its own time, but for the keyspace: the session may
 * be in another one by now.
 */
export function pageRequest(
  first: LiveRequest,
  settings: RequestSettings,
  resolve: (page: RawPage) => void,
  reject: (error: unknown) => void,
): Request {
  const request = new Request(
    first.core,
    first.statement,
    first.values,
    settings,
    rawPageReceiver,
    (page) => resolve(page as RawPage),
    reject,
  );
  request.sessionKeyspace = first.sessionKeyspace;
  return request;
}

/** Fetches the page that `pagingState` names, with the settings that the caller gave. */
export function fetchPage(first: LiveRequest, pagingState: Buffer): Promise<RawPage> {
  const settings = first.givenSettings;
  const { pageGuard } = settings;
  const fetch = (timeoutMs: number): Promise<RawPage> =>
    new Promise((resolve, reject) => {
      pageRequest(first, { ...settings, pagingState, timeoutMs }, resolve, reject).start();
    });
  return pageGuard === undefined ? fetch(settings.timeoutMs) : pageGuard(fetch, settings);
}
