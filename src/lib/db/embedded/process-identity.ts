import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';

/**
 * A process that can be recognised later: a pid alone is handed out again, sometimes at once (a container starts to
 * count at 1 each time).
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** When the process started, as the system spells it; null where the system does not say. */
  readonly startedAt: string | null;
  /** Where the pid means anything: one boot of one machine and one pid namespace. */
  readonly scope: string;
}

/** What is known of a process written down earlier; `elsewhere` means: on another machine, boot or container. */
export type Liveness = 'alive' | 'dead' | 'elsewhere';

/** Describes the running process. */
export function currentProcess(): ProcessIdentity {
  return { pid: process.pid, startedAt: startOf(process.pid), scope: currentScope() };
}

/** Says whether the process of an identity still runs. */
export function livenessOf(identity: ProcessIdentity): Liveness {
  if (identity.scope !== currentScope()) return 'elsewhere';
  if (!isPidRunning(identity.pid)) return 'dead';
  const startedAt = startOf(identity.pid);
  return startedAt === null || identity.startedAt === null || startedAt === identity.startedAt ? 'alive' : 'dead';
}

/** True when a process with this pid exists and is not merely waiting to be reaped. */
export function isPidRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const state = linuxStat(pid)?.state;
  return state !== 'Z' && state !== 'X';
}

/** Reads an identity from JSON; null when it is not one. */
export function parseProcessIdentity(value: unknown): ProcessIdentity | null {
  if (typeof value !== 'object' || value === null) return null;
  const { pid, startedAt, scope } = value as Record<string, unknown>;
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0 || typeof scope !== 'string') return null;
  return { pid, startedAt: typeof startedAt === 'string' ? startedAt : null, scope };
}

function currentScope(): string {
  if (process.platform !== 'linux') return 'this machine';
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return 'this machine';
  }
}

function startOf(pid: number): string | null {
  if (process.platform === 'linux') return linuxStat(pid)?.startedAt ?? null;
  // Windows tells start times only to slow tools; there the pid has to do.
  if (process.platform === 'win32') return null;
  try {
    const text = execFileSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return text === '' ? null : text;
  } catch {
    return null;
  }
}

function linuxStat(pid: number): { state: string; startedAt: string } | null {
  if (process.platform !== 'linux') return null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startedAt: fields[19] ?? '' };
  } catch {
    return null;
  }
}
