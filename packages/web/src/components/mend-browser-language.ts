import { usableLanguage } from './usable-language.ts';

// uPlot hands `navigator.language` to Intl as soon as it is imported, and throws where Intl refuses it.
const { language, languages } = navigator;
const value = usableLanguage([language, ...languages]);
if (value !== language) Object.defineProperty(navigator, 'language', { value, configurable: true });
