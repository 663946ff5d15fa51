type Measures = Readonly<Record<string, (round: number) => Promise<unknown>>>;

/** The samples of each measure, one per round. */
export type Samples<M extends Measures> = { [Name in keyof M]: Awaited<ReturnType<M[Name]>>[] };

/**
 * Takes measures in turns (A, B, A, B, …), so that what changes on the machine meanwhile changes all of them alike.
 *
 * @param onStep is told before each measure
 */
export async function interleave<M extends Measures>(
  rounds: number,
  measures: M,
  onStep: (name: string, round: number) => void = () => undefined,
): Promise<Samples<M>> {
  const names = Object.keys(measures) as (keyof M & string)[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as unknown[]]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const name of names) {
      onStep(name, round);
      samples[name]!.push(await measures[name]!(round));
    }
  }
  return samples as Samples<M>;
}
