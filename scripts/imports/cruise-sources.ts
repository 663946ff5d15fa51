import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const project = join(import.meta.dirname, '../..');

export interface CruisedSources {
  /** Broken rules: `<rule>: <from> → <to>`. */
  readonly violations: readonly string[];
  /** Source files that were not looked at: what they import is unknown. */
  readonly unseen: readonly string[];
  readonly seen: number;
}

/** Holds the files under `src` of a folder against the import rules of this project. */
export async function cruiseSources(folder: string): Promise<CruisedSources> {
  const options = await extractDepcruiseOptions(join(project, '.dependency-cruiser.cjs'));
  const tsConfig: unknown = extractTSConfig(join(project, 'tsconfig.json'));
  const { output } = await cruise(['src'], { ...options, baseDir: folder, outputType: 'json' }, {}, { tsConfig });
  const { modules, summary } = (typeof output === 'string' ? JSON.parse(output) : output) as ICruiseResult;
  const sources = new Set(modules.map(({ source }) => source));
  const files = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `src/${name}`);
  return {
    violations: summary.violations
      .map(({ rule, from, to, cycle }) => {
        const way = cycle === undefined ? [to] : cycle.map(({ name }) => name);
        return `${rule.name}: ${[from, ...way].join(' → ')}`;
      })
      .sort(),
    unseen: files.filter((file) => !sources.has(file)).sort(),
    seen: files.filter((file) => sources.has(file)).length,
  };
}
