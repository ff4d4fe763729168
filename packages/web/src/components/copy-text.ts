/** The way of before the clipboard API, which browsers keep to pages over https and localhost. */
const copySelected = (text: string): boolean => {
  const focused = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  field.readOnly = true;
  field.style.cssText = 'position: fixed; opacity: 0';
  // Beside what was pressed: a dialog that holds the focus must not take it back from a field outside of it.
  (focused?.parentElement ?? document.body).append(field);
  field.select();
  try {
    // oxlint-disable-next-line typescript/no-deprecated -- nothing else works on plain http.
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    field.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
};

/** Whether the text is on the clipboard now. */
export const copyText = async (text: string): Promise<boolean> => {
  // Absent on plain http, whatever its type says.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  try {
    await clipboard?.writeText(text);
    return clipboard !== undefined || copySelected(text);
  } catch {
    return copySelected(text);
  }
};
