const isLanguage = (language: string): boolean => {
  try {
    new Intl.Locale(language);
    return true;
  } catch {
    return false;
  }
};

/** The first of these that Intl takes: a browser may be told `en-US@posix` or `C`. */
export const usableLanguage = (languages: readonly string[]): string => languages.find(isLanguage) ?? 'en';
