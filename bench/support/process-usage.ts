import { readFile } from 'node:fs/promises';

/** Most memory that a process had at once so far, in MB; null where the system does not tell. */
export async function peakMemoryMb(pid: number): Promise<number | null> {
  const status = await readProc(pid, 'status');
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status ?? '')?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) / 1024;
}

// The unit of /proc/<pid>/stat; 100 on every Linux that Node.js runs on.
const ticksPerSecond = 100;

/** Processor time that a process has used so far, in seconds; null where the system does not tell. */
export async function cpuSeconds(pid: number): Promise<number | null> {
  const stat = await readProc(pid, 'stat');
  if (stat === null) return null;
  // The second field is the name in parentheses, which may hold blanks; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

async function readProc(pid: number, file: 'stat' | 'status'): Promise<string | null> {
  return readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => null);
}
