/** `node test/crash/run-provider-faults.ts --messages 10000`: exit status 0 when everything held, 1 when not. */
import { parseArgs } from 'node:util';
import { runProviderFaults, type PhaseReport } from './provider-faults.ts';

const { values } = parseArgs({
  options: { messages: { type: 'string', default: '10000' }, 'timeout-minutes': { type: 'string', default: '10' } },
});
const messages = Number(values.messages);
const timeoutMinutes = Number(values['timeout-minutes']);
if (!Number.isInteger(messages) || messages < 300 || !(timeoutMinutes > 0)) {
  console.error('Expected --messages to be a whole number from 300 on, and --timeout-minutes to be above 0');
  process.exit(2);
}

/** Whatever hangs: nothing of it may hang longer than this. */
const watchdog = setTimeout(() => {
  console.error('The run took too long.');
  process.exit(1);
}, timeoutMinutes * 60_000);

const columns = [20, 9, 9, 7, 8, 8];
const row = (...cells: readonly (string | number)[]): void =>
  console.log(cells.map((cell, index) => String(cell)[index === 0 ? 'padEnd' : 'padStart'](columns[index]!)).join(''));
const percent = (part: number | null): string => (part === null ? '-' : `${Math.round(part * 100)} %`);

row('first provider', 'accepted', 'refused', 'share', 'handed', 'seconds');
const report = await runProviderFaults({
  messages,
  timeoutMs: (timeoutMinutes * 60_000) / 2,
  isPatient: true,
  onPhase: ({ name, accepted, refused, share, handed, seconds }: PhaseReport) =>
    row(name, accepted, refused, share, percent(handed), seconds.toFixed(1)),
});
clearTimeout(watchdog);
const list = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name}: ${count}`)
    .join(', ');
console.log(`
${report.accepted} messages in ${report.seconds.toFixed(0)} s; ${report.kills} kills
statuses   ${list(report.statuses)}
sends      ${list(report.sends)}
callbacks  ${report.callbacks}
shares     ${report.shares.first} → ${report.shares.lowest} → ${report.shares.last}
${report.problems.length === 0 ? 'Everything held.' : report.problems.map((problem) => `FAILED: ${problem}`).join('\n')}`);
process.exitCode = report.problems.length === 0 ? 0 : 1;
