/** The path of a line through values spread over a box, gaps where a value is missing; one value alone is a point. */
export const linePath = (values: readonly (number | null)[], width: number, height: number): string => {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return '';
  const least = Math.min(...known);
  const most = Math.max(...known);
  const range = most - least;
  const x = (index: number): number => (index / Math.max(1, values.length - 1)) * width;
  // A flat line stands in the middle, or on the ground where it is zero.
  const y = (value: number): number =>
    range === 0 ? (most === 0 ? height : height / 2) : height - ((value - least) / range) * height;
  let path = '';
  let isDown = false;
  values.forEach((value, index) => {
    if (value === null) {
      isDown = false;
      return;
    }
    path += `${isDown ? 'L' : 'M'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    isDown = true;
  });
  return known.length === 1 ? `${path}h0` : path;
};
