/**
 * A module of the built program, by the path of its source: what operators run. Read from the sources, a process would keep
 * the compiler of its modules in memory, too.
 *
 * @param source its path under `src`, such as `lib/app.ts`; `Module` is the type of that
 */
export async function importBuilt<Module>(source: string): Promise<Module> {
  const file = source.replace(/\.ts$/, '.js');
  return (await import(new URL(`../../dist/${file}`, import.meta.url).href)) as Module;
}
