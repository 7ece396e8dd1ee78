import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { classifyStatement } from '../../../src/session/index.ts';
import { CqlLexer } from '../../../src/session/statement-lexer.ts';
import { anyText } from '../../support/any-text.ts';
import { propertyRuns } from '../../support/property-runs.ts';

const keyword = fc.constantFrom(
  ' IF EXISTS ',
  ' if ',
  ' counter ',
  ' c = c + 1 ',
  ' FROM x.y ',
  ' BEGIN ',
  ' USE z ',
  ' TRUNCATE ',
  ' into q ',
  '; DROP TABLE t',
);
const innards = fc
  .array(fc.oneof(keyword, fc.string({ unit: 'grapheme', maxLength: 6 })), { maxLength: 6 })
  .map((parts) => parts.join(''));

/** Something in which no word is a keyword. */
const hiding = fc.oneof(
  innards.map((text) => `'${text.replaceAll("'", "''")}'`),
  innards.map((text) => `"${text.replaceAll('"', '""')}"`),
  innards.map((text) => `$$${text.replaceAll('$', '')}$$`),
  innards.map((text) => `/*${text.replaceAll('*/', '')} */`),
  innards.map((text) => `--${text.replaceAll(/[\n\r]/g, '')}\n`),
  innards.map((text) => `//${text.replaceAll(/[\n\r]/g, '')}\r\n`),
);

test('any text should be classified without an exception, always in the same way', () => {
  const any = fc.oneof(
    anyText(60),
    fc
      .array(
        fc.oneof(hiding, keyword, fc.constantFrom("'", '"', '$$', '$', '/*', '--', '\n', '*/', '.', '1.5e', '?')),
        { maxLength: 20 },
      )
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(any, (text) => {
      assert.deepEqual(classifyStatement(text), classifyStatement(text));
      const lexer = new CqlLexer(text);
      let tokens = 0;
      while (lexer.next() !== null) tokens++;
      assert.ok(tokens <= text.length);
    }),
    { numRuns: propertyRuns(20_000) },
  );
});

test('strings, quoted names and comments should never leak a keyword', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('INSERT INTO ks.t (a, b) VALUES (1, ', 'UPDATE ks.t SET a = ', 'DELETE FROM ks.t WHERE k = '),
      fc.array(hiding, { minLength: 1, maxLength: 4 }),
      (start, parts) => {
        const info = classifyStatement(start + parts.join(' , '));
        assert.equal(info.kind, 'write');
        assert.equal(info.isConditional, false);
        assert.equal(info.isCounter, false);
        assert.equal(info.keyspace, 'ks');
        assert.equal(info.table, 't');
        assert.equal(classifyStatement(`${start}${parts.join(' , ')} IF EXISTS`).isConditional, true);
      },
    ),
    { numRuns: propertyRuns(10_000) },
  );
});
