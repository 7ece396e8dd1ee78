import { createHash } from 'node:crypto';
import type { StatusSnapshot } from '../snapshot.ts';
import { formatMany, formatSpan } from './format.ts';
import { Html, html } from './html.ts';
import { lists, time } from './lists.ts';
import { nodeTables, severity, summary } from './nodes.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';
import { tiles } from './tiles.ts';

/** How a page is shown. */
export interface RenderOptions {
  readonly title: string;
  /** How often it asks for news, in milliseconds. */
  readonly refreshMs: number;
}

/**
 * The page's Content-Security-Policy: nothing is loaded but the page itself, and only its own script and style, which
 * are known by their hashes, have an effect.
 */
export const STATUS_PAGE_POLICY: string = [
  "default-src 'none'",
  `script-src '${hashOf(SCRIPT)}'`,
  `style-src '${hashOf(STYLE)}'`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A page that needs nothing else: it works without its script too, and is then loaded again as a whole. */
export function renderStatusPage(snapshot: StatusSnapshot, { title, refreshMs }: RenderOptions): string {
  const state = severity(snapshot);
  const heading = snapshot.clusterName === '' ? title : `${title}: ${snapshot.clusterName}`;
  const page = html`<!doctype html>
<html lang="en" data-refresh="${refreshMs}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<noscript><meta http-equiv="refresh" content="${Math.max(5, Math.ceil(refreshMs / 1000))}"></noscript>
<link rel="icon" href="data:,">
<title>${state === 'good' ? '' : '(!) '}${heading}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header>
<h1>${heading}</h1>
<button type="button" id="pause" hidden>Pause updates</button>
<div role="alert"><p id="lost" hidden>The service has not answered since <span id="lost-since"></span>. What is shown is what it said last.</p></div>
</header>
<main>
<p class="facts note">Session ${snapshot.lifecycle}${
    snapshot.keyspace === null ? '' : `, keyspace ${snapshot.keyspace}`
  }, ${formatMany(snapshot.activeOperations, 'active operation')}; as of ${time(snapshot.takenAt)}</p>
<p class="summary ${state}" role="status" aria-live="polite">${summary(snapshot)}</p>
${tiles(snapshot)}
${nodeTables(snapshot)}
${lists(snapshot)}
</main>
<footer><p>Requests, latencies and errors are of the last ${formatSpan(
    snapshot.intervalMs,
  )}, as this process has seen them; those of a node count every attempt that was sent to it.</p></footer>
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`;
  return page.text;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
