/** Programs that some tests need and that not every machine has. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { skipUnless } from './skip-unless.ts';

interface KnownProgram {
  /** Names or absolute paths, the first found is taken. */
  readonly candidates: readonly string[];
  /** How to get it. */
  readonly hint: string;
}

const knownPrograms = {
  chromium: {
    candidates: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    hint: 'apt-get install chromium, or set TEST_CHROMIUM',
  },
  sshd: { candidates: ['/usr/sbin/sshd', 'sshd'], hint: 'apt-get install openssh-server, or set TEST_SSHD' },
  prlimit: { candidates: ['prlimit'], hint: 'apt-get install util-linux, on Linux' },
  clamd: { candidates: ['/usr/sbin/clamd', 'clamd'], hint: 'apt-get install clamav-daemon, or set TEST_CLAMD' },
  psql: { candidates: ['psql'], hint: 'apt-get install postgresql-client, or set TEST_PSQL' },
  python: { candidates: ['python3', 'python'], hint: 'apt-get install python3, or set TEST_PYTHON' },
  java: { candidates: ['java'], hint: 'apt-get install default-jre-headless, or set TEST_JAVA' },
  go: { candidates: ['go', '/usr/local/go/bin/go'], hint: 'install Go, or set TEST_GO' },
  php: { candidates: ['php'], hint: 'apt-get install php-cli, or set TEST_PHP' },
  ruby: { candidates: ['ruby'], hint: 'apt-get install ruby, or set TEST_RUBY' },
  openssl: { candidates: ['openssl'], hint: 'apt-get install openssl, or set TEST_OPENSSL' },
  'redis-server': { candidates: ['redis-server', 'valkey-server'], hint: 'apt-get install redis-server' },
} as const satisfies Record<string, KnownProgram>;

export type ProgramName = keyof typeof knownPrograms;

export interface RequiredProgram {
  /** Absolute path; empty where it was not found. */
  readonly path: string;
  /** `describe` of the tests that need it: skips them where it was not found. */
  readonly suite: (name: string, tests: () => void) => void;
}

/**
 * Finds a program, or notes that the tests which need it are skipped (they fail with REQUIRE_ALL=1).
 *
 *     const { path, suite } = requireProgram('chromium');
 *     suite('the console', () => { … });
 */
export function requireProgram(name: ProgramName): RequiredProgram {
  const path = findProgram(name);
  return { path: path ?? '', suite: skipUnless(path !== null, `${name} was not found (${knownPrograms[name].hint})`) };
}

/** The path of a program: TEST_<NAME>, else the first of its usual names on the PATH; null without it. */
export function findProgram(name: ProgramName): string | null {
  const configured = process.env[`TEST_${name.toUpperCase().replaceAll('-', '_')}`];
  const candidates: readonly string[] = configured ? [configured] : knownPrograms[name].candidates;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const paths = candidates.flatMap((file) => (isAbsolute(file) ? [file] : folders.map((folder) => join(folder, file))));
  return paths.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
