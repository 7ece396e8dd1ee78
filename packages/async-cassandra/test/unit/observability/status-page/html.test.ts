import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../../support/fast-check.ts';
import { html, Html } from '../../../../src/observability/status-page/render/html.ts';
import { propertyRuns } from '../../../support/property-runs.ts';

describe('html', () => {
  it('should escape whatever comes from outside, in texts and in attributes', () => {
    const name = `<img src=x onerror="alert('1')">&`;
    const escaped = '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;';
    assert.equal(html`<p title="${name}">${name}</p>`.text, `<p title="${escaped}">${escaped}</p>`);
  });

  it('should leave HTML as it is, alone and in lists', () => {
    const items = [1, 2].map((item) => html`<li>${item}</li>`);
    assert.equal(html`<ul>${items}</ul>${new Html('<hr>')}`.text, '<ul><li>1</li><li>2</li></ul><hr>');
  });

  it('should give no text a way to open or close a tag or an attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'a', ' ', '/') }), (text) => {
        assert.doesNotMatch(html`${text}`.text, /[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
      }),
      { numRuns: propertyRuns(1000) },
    );
  });
});
