import { expect, test } from 'vitest';
import { defaultScenario, parseScenarioFlag, readScenario } from '../../../src/lib/providers/stub/stub-scenario.ts';

test.each([
  ['mmg=ok', 'mmg', {}],
  ['ses=', 'ses', {}],
  ['mmg=error,status=503,share=0.1', 'mmg', { answer: 'error', status: 503, share: 0.1 }],
  ['firetext=ok,receipts=late,lateMs=5', 'firetext', { receipts: 'late', lateMs: 5 }],
  ['webhook=hang,delay=10-20', 'webhook', { answer: 'hang', delay: [10, 20] }],
  ['ses=ok,delay=10,outcome=delivered', 'ses', { delay: [10, 10], outcome: 'delivered' }],
] as const)('%s is read', (text, provider, changes) => {
  expect(parseScenarioFlag(text)).toEqual({ provider, scenario: { ...defaultScenario, ...changes } });
});

test.each([
  ['loadtesting=ok', 'expected one of mmg, firetext, ses, webhook before ='],
  [
    'mmg=explode',
    'expected answer to be one of ok, refuse, throttle, error, garbage, incomplete, hang, drip, huge, close, cut',
  ],
  ['mmg=ok,speed=1', "there is no 'speed'; known are answer, status, share, latency, receipts, outcome, delay, lateMs"],
  ['mmg=error,status=200', 'expected status to be a number from 400 to 599'],
  ['mmg=error,share=2', 'expected share to be a number from 0 to 1'],
  ['mmg=ok,delay=20-10', 'expected delay to be milliseconds, or [at least, at most]'],
])('%s is refused', (text, problem) => {
  expect(() => parseScenarioFlag(text)).toThrow(`--scenario is '${text}': ${problem}`);
});

test.each([null, 1, [], 'x'])('%j is no scenario', (value) => {
  expect(() => readScenario(value)).toThrow('expected a JSON object');
});
