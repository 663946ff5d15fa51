import { describe, expect, it } from 'vitest';
import { bundleJobs, jobsOfBundle, subjectsOfBundles } from '../../../src/lib/queue/bundle.ts';
import type { NewJob } from '../../../src/lib/queue/new-job.ts';

const aRow = (at: number, changes: Partial<NewJob> = {}): NewJob => ({
  queue: 'send-sms',
  task: 'deliver_sms',
  args: { row: `row-${at}` },
  subject: `row-${at}`,
  priority: -1,
  bundle: { of: 'file', at },
  ...changes,
});

const rows = (from: number, to: number): NewJob[] =>
  Array.from({ length: to - from }, (_, index) => aRow(from + index));

describe('jobs that are neighbours', () => {
  it('are stored ten at a time, the bundles beginning at fixed places', () => {
    expect(bundleJobs(rows(7, 23)).map(({ task, subject }) => `${task} ${subject}`)).toEqual([
      'run-bundle file:7',
      'run-bundle file:10',
      'run-bundle file:20',
    ]);
  });

  it('are what they were when the bundle is taken apart', () => {
    const [bundle, ...others] = bundleJobs(rows(0, 10));
    expect(others).toEqual([]);
    expect(bundle).toMatchObject({ queue: 'send-sms', priority: -1 });
    expect(jobsOfBundle({ args: JSON.parse(JSON.stringify(bundle!.args)) as object })).toEqual(
      rows(0, 10).map(({ bundle: _place, ...job }) => job),
    );
  });

  it.each<{ what: string; jobs: NewJob[] }>([
    { what: 'without a place', jobs: rows(0, 2).map(({ bundle: _place, ...job }) => job) },
    { what: 'in different tens', jobs: [aRow(9), aRow(10)] },
    { what: 'of different things', jobs: [aRow(0), aRow(1, { bundle: { of: 'another file', at: 1 } })] },
    { what: 'of different tasks', jobs: [aRow(0), aRow(1, { task: 'deliver_email' })] },
    { what: 'of different priority', jobs: [aRow(0), aRow(1, { priority: 0 })] },
    { what: 'of which one has other arguments', jobs: [aRow(0), aRow(1, { args: { row: 'row-1', of: 2 } })] },
    { what: 'of which one has another argument', jobs: [aRow(0), aRow(1, { args: { line: 'row-1' } })] },
    { what: 'of which one is a retry', jobs: [aRow(0), aRow(1, { attempt: 2 })] },
    { what: 'of which one is delayed', jobs: [aRow(0), aRow(1, { delay: 300 })] },
    { what: 'of which one belongs to a request', jobs: [aRow(0), aRow(1, { requestId: 'trace-1' })] },
  ])('stay single $what', ({ jobs }) => {
    expect(bundleJobs(jobs)).toEqual(jobs);
  });
});

describe('the bundles that can hold a job', () => {
  it('begin at its own place or before it in its ten', () => {
    expect(subjectsOfBundles([{ of: 'file', at: 23 }])).toEqual(['file:20', 'file:21', 'file:22', 'file:23']);
    expect(subjectsOfBundles([{ of: 'file', at: 0 }])).toEqual(['file:0']);
  });

  it('are each named once for all jobs', () => {
    expect(
      subjectsOfBundles([
        { of: 'file', at: 11 },
        { of: 'file', at: 10 },
        { of: 'other', at: 1 },
      ]),
    ).toEqual(['file:10', 'file:11', 'other:0', 'other:1']);
  });
});
