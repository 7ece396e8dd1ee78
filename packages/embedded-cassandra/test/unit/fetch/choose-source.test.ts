import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseSource } from '../../../src/fetch/choose-source.ts';
import { fakeProgram } from '../../support/fake-program.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('choosing where jars come from', () => {
  it('should prefer the option, then the variable, then Maven', (t) => {
    const folder = temporaryFolder(t);
    fakeProgram(folder, 'mvn', 'exit 0');
    const environment = { PATH: folder, EMBEDDED_CASSANDRA_REPOSITORY: 'https://variable.example' };
    const byOption = chooseSource('https://option.example/maven2', environment);
    assert.equal(byOption.description, 'the repository https://option.example/maven2/');
    assert.equal(chooseSource(undefined, environment).description, 'the repository https://variable.example/');
    assert.equal(chooseSource(undefined, { PATH: folder }).description, 'Maven');
  });

  it('should say what to install or give when there is neither', (t) => {
    assert.throws(() => chooseSource(undefined, { PATH: temporaryFolder(t) }), {
      code: 'NO_SOURCE',
      message: /mvn on the PATH.*option repository or EMBEDDED_CASSANDRA_REPOSITORY/,
    });
  });

  it('should not take a file that cannot be executed for Maven', (t) => {
    const folder = temporaryFolder(t);
    fakeProgram(`${folder}/mvn`, 'inside', '');
    assert.throws(() => chooseSource(undefined, { PATH: folder }), { code: 'NO_SOURCE' });
  });
});
