export const catalogueKinds = [
  'VULNERABILITY',
  'CONTROL',
  'CHARGE',
  'LOG',
  'IMAGE',
  'API',
  'TERRAFORM_PLAN',
] as const;
export type CatalogueKind = (typeof catalogueKinds)[number];
