import { useState } from 'react';
import { FilterChoice, Filters, FilterWords } from '../../components/filters.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { ConfigurationState } from './configuration-data.ts';
import styles from './configuration.module.css';

type Setting = ConfigurationState['settings'][number];

type Shown = 'ALL' | 'GIVEN';
const choices: readonly { readonly id: Shown; readonly name: string }[] = [
  { id: 'ALL', name: 'All settings' },
  { id: 'GIVEN', name: 'Without defaults' },
];

const isMeant = ({ path, from }: Setting, words: string, isGivenOnly: boolean): boolean =>
  (!isGivenOnly || from !== 'default') && path.toLowerCase().includes(words.trim().toLowerCase());

/** Each setting as it counts, with where it is from. */
export const SettingsTable = ({ settings }: { settings: readonly Setting[] }) => {
  const [words, setWords] = useState('');
  const [shownOf, setShownOf] = useState<Shown>('ALL');
  const shown = settings.filter((setting) => isMeant(setting, words, shownOf === 'GIVEN'));
  return (
    <>
      <Filters>
        <FilterWords label="Name" value={words} onChange={(changed) => setWords(changed ?? '')} />
        <FilterChoice label="Shown" value={shownOf} options={choices} onChange={setShownOf} />
      </Filters>
      {/* Scrolled by keys where it is wider than the screen. */}
      <div className={styles['scroller']} role="region" aria-label="Settings" tabIndex={0}>
        <table className={styles['settings']}>
          <thead>
            <tr>
              <th scope="col">Setting</th>
              <th scope="col">Value</th>
              <th scope="col">From</th>
              <th scope="col">Changes with</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ path, value, from, isReloadable, next }) => (
              <tr key={path}>
                <th scope="row">
                  <VisibleText text={path} />
                </th>
                <td>
                  <code>
                    <VisibleText text={value} />
                  </code>
                  {next === null ? null : (
                    <span className={styles['next']}>
                      {' '}
                      after a restart{' '}
                      <code>
                        <VisibleText text={next} />
                      </code>
                    </span>
                  )}
                </td>
                <td>
                  <VisibleText text={from} />
                </td>
                <td className="muted">{isReloadable ? 'a reload' : 'a restart'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length === 0 ? <p className={styles['none']}>No setting is called like that.</p> : null}
    </>
  );
};
