import { useMantineColorScheme } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { densities, density, singleKeys, type Density } from '../../components/preferences.ts';
import { Segmented } from '../../components/segmented.tsx';
import { useStoredChoice } from '../../components/stored-choice.ts';
import { ShortcutsList } from '../shell/shortcuts-list.tsx';
import { themes } from '../shell/themes.ts';
import styles from './settings-page.module.css';

const densityWords: Readonly<Record<Density, string>> = {
  compact: 'Compact',
  default: 'Default',
  comfortable: 'Comfortable',
};

export const SettingsPage = () => {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const areSingleKeysOn = useStoredChoice(singleKeys) === 'on';
  const chosenDensity = useStoredChoice(density);
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
          <div className={styles['setting']}>
            <div>
              <p>Density</p>
              <p className="muted">How close the rows of lists stand, in this browser.</p>
            </div>
            <Segmented
              label="Density"
              value={chosenDensity}
              options={densities.map((value) => ({ value, label: densityWords[value] }))}
              onChange={(next) => density.set(next)}
            />
          </div>
        </section>
        <section className={styles['section']}>
          <h2>Access</h2>
          <Link to="/agents" className={styles['setting'] ?? ''}>
            <span>
              <span>Agents</span>
              <span className="muted">How much each of them may do without a person.</span>
            </span>
            <IconChevronRight size={16} aria-hidden />
          </Link>
          <Link to="/settings/delegation" className={styles['setting'] ?? ''}>
            <span>
              <span>Delegation</span>
              <span className="muted">Who decides in your place while you are away.</span>
            </span>
            <IconChevronRight size={16} aria-hidden />
          </Link>
          <Link to="/settings/passkeys" className={styles['setting'] ?? ''}>
            <span>
              <span>Passkeys</span>
              <span className="muted">
                What you show, beside being signed in, for the weightiest approvals.
              </span>
            </span>
            <IconChevronRight size={16} aria-hidden />
          </Link>
          <Link to="/settings/people" className={styles['setting'] ?? ''}>
            <span>
              <span>People and keys</span>
              <span className="muted">Who may act here, with which roles, and with which API keys.</span>
            </span>
            <IconChevronRight size={16} aria-hidden />
          </Link>
        </section>
        <section className={styles['section']}>
          <h2>Staying informed</h2>
          <Link to="/settings/notifications" className={styles['setting'] ?? ''}>
            <span>
              <span>Notifications</span>
              <span className="muted">What you hear of, in Slack, by mail and in this browser.</span>
            </span>
            <IconChevronRight size={16} aria-hidden />
          </Link>
          <Link to="/settings/webhooks" className={styles['setting'] ?? ''}>
            <span>
              <span>Webhooks</span>
              <span className="muted">
                Where programs of yours are told what happens. For administrators.
              </span>
            </span>
            <IconChevronRight size={16} aria-hidden />
          </Link>
        </section>
        <section className={styles['section']}>
          <h2>Installation</h2>
          <Link to="/settings/backups" className={styles['setting'] ?? ''}>
            <span>
              <span>Backups</span>
              <span className="muted">
                Which there are, whether they are good, and how one is restored. For administrators.
              </span>
            </span>
            <IconChevronRight size={16} aria-hidden />
          </Link>
          <Link to="/settings/configuration" className={styles['setting'] ?? ''}>
            <span>
              <span>Configuration</span>
              <span className="muted">
                Each setting as it counts, with where it is from. For administrators.
              </span>
            </span>
            <IconChevronRight size={16} aria-hidden />
          </Link>
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
              onChange={(event) => singleKeys.set(event.currentTarget.checked ? 'on' : 'off')}
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
