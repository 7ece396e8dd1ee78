/**
 * Two minutes of the compressed day that `npm run soak` makes whole: mixed work on real sockets, with refusals, timeouts,
 * aborts, forgotten statements and lost connections. What the process holds must not rise.
 *
 *     npm run prove -- soak
 *
 * `SOAK_MINUTES` makes it longer or shorter, `TEST_SEED` repeats its mix.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { it } from 'node:test';
import { importingSources } from '../support/importing-sources.ts';

const minutes = process.env['SOAK_MINUTES'] ?? '2';
const program = new URL('../support/soak/soak.ts', import.meta.url).pathname;

it(`should_hold_no_more_after_${minutes}_minutes_of_mixed_work`, async (t) => {
  // A process of its own: the test runner keeps something of every promise.
  const env = { ...process.env, SOAK_MINUTES: minutes, SOAK_DRY: '1', NODE_V8_COVERAGE: '' };
  const child = spawn(process.execPath, [...importingSources, program], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const [code] = (await once(child, 'close')) as [number | null];
  for (const line of said.split('\n').filter((each) => /^[|*]|seed|samples|errors/i.test(each))) t.diagnostic(line);
  assert.equal(code, 0, said);
});
