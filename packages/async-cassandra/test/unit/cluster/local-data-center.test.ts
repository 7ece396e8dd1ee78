import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseLocalDataCenter } from '../../../src/cluster/local-data-center.ts';
import { ConfigurationError } from '../../../src/errors/index.ts';
import { testInfo } from './fakes.ts';

const near = testInfo(0, { dataCenter: 'near' });
const far = testInfo(1, { dataCenter: 'far' });

describe('chooseLocalDataCenter', () => {
  it('should take the one configured', () => {
    assert.equal(
      chooseLocalDataCenter({ configured: 'far', nodes: [near, far], contactNodes: [near], controlNode: near }),
      'far',
    );
  });

  it('should refuse one that no node is in, and name those there are', () => {
    assert.throws(
      () => chooseLocalDataCenter({ configured: 'Near', nodes: [near, far], contactNodes: [], controlNode: near }),
      (error) => {
        assert.ok(error instanceof ConfigurationError);
        assert.equal(error.path, 'localDataCenter');
        assert.match(error.message, /"Near".*far, near/);
        return true;
      },
    );
  });

  it('should take the one that all contact points share', () => {
    assert.equal(
      chooseLocalDataCenter({ configured: undefined, nodes: [near, far], contactNodes: [near], controlNode: near }),
      'near',
    );
    assert.equal(
      chooseLocalDataCenter({ configured: undefined, nodes: [near, far], contactNodes: [], controlNode: far }),
      'far',
    );
  });

  it('should not guess when contact points are in several', () => {
    assert.throws(
      () =>
        chooseLocalDataCenter({
          configured: undefined,
          nodes: [near, far],
          contactNodes: [near, far],
          controlNode: near,
        }),
      /far, near/,
    );
  });
});
