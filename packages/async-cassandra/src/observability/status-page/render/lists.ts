import type { StatusSnapshot } from '../snapshot.ts';
import { formatCount } from './format.ts';
import { html, type Html } from './html.ts';
import { CONDITIONS } from './nodes.ts';

/** Errors by class, and what has changed. */
export function lists(snapshot: StatusSnapshot): Html {
  return html`<div class="lists">${errors(snapshot)}${changes(snapshot)}</div>`;
}

function errors(snapshot: StatusSnapshot): Html {
  const rows = snapshot.errors.map(
    ({ name, count, lastAt }) =>
      html`<tr><th scope="row">${name}</th><td class="number">${formatCount(count)}</td><td>${time(lastAt)}</td></tr>`,
  );
  return html`<section class="card" aria-labelledby="errors">
${
  rows.length === 0
    ? html`<h2 id="errors" class="name">Errors</h2><p class="note">No request has failed since this page looks.</p>`
    : html`<table><caption class="name" id="errors">Errors</caption><thead><tr><th scope="col">Class</th><th scope="col" class="number">Requests</th><th scope="col">Last</th></tr></thead><tbody>${rows}</tbody></table>`
}
</section>`;
}

function changes(snapshot: StatusSnapshot): Html {
  const items = snapshot.changes.map(({ at, endPoint, to }) => {
    const { word, sign } = to === 'gone' ? { word: 'Gone', sign: '–' } : CONDITIONS[to];
    return html`<li class="${to}">${time(at)} <span class="address">${endPoint}</span> <span class="state"><span aria-hidden="true">${sign}</span> ${word}</span></li>`;
  });
  return html`<section class="card" aria-labelledby="changes"><h2 id="changes" class="name">Changes of nodes</h2>${
    items.length === 0 ? html`<p class="note">None since this page looks.</p>` : html`<ol class="changes">${items}</ol>`
  }</section>`;
}

/** The time of day; the whole of it is in the attribute. */
export function time(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(11, 19)}</time>`;
}
