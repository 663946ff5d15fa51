/** The middle value; of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = toSorted(values);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * The smallest value that at least `percent` of the values do not exceed (nearest rank): always one that was measured.
 *
 * @param percent above 0, up to 100
 */
export function percentile(values: readonly number[] | Float64Array, percent: number): number {
  const sorted = toSorted(values);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]!;
}

/** Median of one field over samples. */
export function medianOf<Sample>(samples: readonly Sample[], field: (sample: Sample) => number): number {
  return median(samples.map(field));
}

function toSorted(values: readonly number[] | Float64Array): Float64Array {
  if (values.length === 0) throw new RangeError('There is no statistic of no values');
  // Typed arrays sort by number.
  return Float64Array.from(values).sort();
}
