import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { SilenceWatch } from '../../../src/cluster/silence-watch.ts';
import { FakeConnection } from './fakes.ts';

describe('SilenceWatch', () => {
  let now = 0;
  let connection: FakeConnection;
  let watch: SilenceWatch;

  /** Asked many times, as under load. */
  function isSlow(): boolean {
    let answer = false;
    for (let i = 0; i < 20; i++) answer = watch.isSlow();
    return answer;
  }

  beforeEach(() => {
    now = 0;
    connection = new FakeConnection();
    watch = new SilenceWatch([connection.real], () => now);
  });

  it('should not be slow while nothing is asked of the node, however long it is silent', () => {
    assert.equal(isSlow(), false);
    now = 100_000;
    assert.equal(isSlow(), false);
  });

  it('should not count the idle time before the requests as silence', () => {
    isSlow();
    now = 100_000;
    connection.inFlight = 50;
    assert.equal(isSlow(), false);
    now += 199;
    assert.equal(isSlow(), false);
  });

  it('should be slow after 200 ms of silence with many requests unanswered', () => {
    connection.inFlight = 10;
    isSlow();
    now = 200;
    assert.equal(isSlow(), true);
  });

  it('should be slow after 250 ms with few, however seldom it is asked', () => {
    connection.inFlight = 1;
    watch.isSlow();
    watch.isSlow();
    now = 249;
    assert.equal(watch.isSlow(), false);
    now = 250;
    assert.equal(watch.isSlow(), true);
  });

  it('should count requests that were given up without a reply', () => {
    connection.orphaned = 12;
    isSlow();
    now = 250;
    assert.equal(isSlow(), true);
  });

  it('should have the connections probed once, when the silence has become suspicious', () => {
    connection.inFlight = 1;
    isSlow();
    now = 249;
    isSlow();
    assert.equal(connection.probes, 0);
    for (now = 250; now < 20_000; now += 1000) isSlow();
    assert.equal(connection.probes, 1);
    connection.bytesReceived += 9;
    isSlow();
    now += 1000;
    isSlow();
    assert.equal(connection.probes, 2);
  });

  it('should be slow at once when a request ran out of time in silence, and stay so until anything is read', () => {
    now = 5_000;
    connection.lastReadMs = 4_990;
    connection.inFlight = 1;
    assert.equal(watch.isSlow(), false);
    now = 5_500;
    connection.orphaned = 1;
    connection.inFlight = 0;
    watch.timedOut(5_000);
    assert.equal(connection.probes, 1);
    assert.equal(isSlow(), true);
    connection.bytesReceived += 9;
    assert.equal(isSlow(), false);
  });

  it('should not blame a node for one request when it answers others, nor for one that had hardly any time', () => {
    connection.orphaned = 1;
    now = 6_000;
    connection.lastReadMs = 5_001;
    watch.timedOut(5_000);
    watch.timedOut(5_900);
    assert.deepEqual([connection.probes, watch.isSlow()], [0, false]);
  });

  it('should be well again as soon as anything was read', () => {
    connection.inFlight = 30;
    isSlow();
    now = 5000;
    assert.equal(isSlow(), true);
    connection.bytesReceived += 9;
    assert.equal(watch.isSlow(), false);
    now = 5100;
    assert.equal(isSlow(), false);
  });

  it('should read the clock rarely', () => {
    let reads = 0;
    const counting = new SilenceWatch([connection.real], () => {
      reads++;
      return now;
    });
    connection.inFlight = 100;
    for (let i = 0; i < 8000; i++) counting.isSlow();
    assert.ok(reads <= 1001, String(reads));
  });
});
