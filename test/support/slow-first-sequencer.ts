import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders whose files take long, the longest first: begun last, they would keep one core busy after the others. */
const slowFolders = ['test/crash/', 'test/compat/', 'test/cli/', 'test/integration/', 'test/unit/letters/'];
/** Files that take longer than all others of their folder: Vitest knows only where it has run before. */
const slowFiles = [
  'test/crash/kill-server.test.ts',
  'test/crash/print-letters-over-sftp.test.ts',
  'test/crash/print-letters-to-folder.test.ts',
  'test/crash/multi-process.test.ts',
  'test/cli/package.test.ts',
  'test/cli/jsonl-commands.test.ts',
  'test/cli/serve-stop.test.ts',
  'test/server/malformed.test.ts',
  'test/unit/letters/sanitise/hostile-pdf.test.ts',
  'test/unit/letters/sanitise/validate-pdf.test.ts',
  'test/unit/templates/hostile-texts.test.ts',
];

/** Runs slow files and the files of slow folders first; then in Vitest's own order (failed last time, then longest). */
export default class SlowFirstSequencer extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const file = relative(process.cwd(), moduleId);
      if (slowFiles.includes(file)) return -1;
      const folder = slowFolders.findIndex((prefix) => file.startsWith(prefix));
      return folder === -1 ? slowFolders.length : folder;
    };
    return (await super.sort(specifications)).sort((one, other) => rank(one) - rank(other));
  }
}
