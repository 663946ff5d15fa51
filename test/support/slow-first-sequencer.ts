import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders whose files take long, the longest first: begun last, they would keep one core busy after the others. */
const slowFolders = ['test/crash/', 'test/compat/', 'test/console/', 'test/cli/', 'test/integration/'];

/** Runs the files of slow folders first; within a folder, Vitest's own order (failed last time, then longest). */
export default class SlowFirstSequencer extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const folder = slowFolders.findIndex((prefix) => relative(process.cwd(), moduleId).startsWith(prefix));
      return folder === -1 ? slowFolders.length : folder;
    };
    return (await super.sort(specifications)).sort((one, other) => rank(one) - rank(other));
  }
}
