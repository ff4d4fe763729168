/** A phone held upright, of the size that most have. */
export const phone = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
  deviceScaleFactor: 2,
} as const;

export const desktop = { viewport: { width: 1440, height: 900 } } as const;
