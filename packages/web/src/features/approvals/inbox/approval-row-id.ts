/** The element id of a row, for `aria-activedescendant`. */
export const approvalRowId = (id: string): string => `approval-${id}`;
