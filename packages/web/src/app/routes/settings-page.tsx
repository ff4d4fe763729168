import { useMantineColorScheme } from '@mantine/core';
import { Segmented } from '../../components/segmented.tsx';
import { setSingleKeys, useSingleKeys } from '../preferences.ts';
import { ShortcutsList } from '../shell/shortcuts-list.tsx';
import { themes } from '../shell/theme-toggle.tsx';
import styles from './settings-page.module.css';

export const SettingsPage = () => {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const areSingleKeysOn = useSingleKeys();
  return (
    <div className={styles['scroller']}>
      <div className={styles['content']}>
        <h1>Settings</h1>
        <section className={styles['section']}>
          <h2>Appearance</h2>
          <div className={styles['setting']}>
            <div>
              <p>Theme</p>
              <p className="muted">System follows the choice of your machine.</p>
            </div>
            <Segmented
              label="Theme"
              value={colorScheme}
              options={themes.map(({ value, label }) => ({ value, label }))}
              onChange={setColorScheme}
            />
          </div>
        </section>
        <section className={styles['section']}>
          <h2>Keyboard</h2>
          <label className={styles['setting']}>
            <span>
              <span>Single-key shortcuts</span>
              <span className="muted">
                Turn them off if you speak to your machine or press keys by accident.
              </span>
            </span>
            <input
              type="checkbox"
              role="switch"
              checked={areSingleKeysOn}
              onChange={(event) => setSingleKeys(event.currentTarget.checked)}
            />
          </label>
          <div className={styles['shortcuts']}>
            <ShortcutsList />
          </div>
        </section>
      </div>
    </div>
  );
};
