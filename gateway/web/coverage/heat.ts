/** Steps of ten percent, and one for what is whole: a hundredth that is missing is to be seen. */
export const HEAT_STEPS = 11;

/** The class of a step: paper and the colour-blind tell them apart by lightness, and a number stands in each. */
export function heatStep(step: number): string {
  return `heat heat-${step}`;
}

/** The class of a cell, by what of its greens was recognised. */
export function heatOf({ green, recognised }: { readonly green: number; readonly recognised: number }): string {
  return green === 0 ? 'heat none-green' : heatStep(Math.floor(((HEAT_STEPS - 1) * recognised) / green));
}
