/** What is said of many samples. */

/** @param share 0.5 for the median, 0.99 for the 99th percentile */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5)

export const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits))
