import type { Role } from '@countersign/shared';
import { useState } from 'react';
import { Act } from './act-dialog.tsx';
import { Choices } from './choices.tsx';
import {
  createSignInLink,
  disablePrincipal,
  enablePrincipal,
  endSessions,
  setRoles,
  type Person,
} from './people-data.ts';
import { rolesOf, roleWords } from './role-words.ts';

/** What an administrator can do about somebody. */
export const PersonActs = ({ person }: { person: Person }) => {
  if (person.disabledAt !== null) return <Enable person={person} />;
  return (
    <>
      {person.type === 'HUMAN' ? <SignInLink person={person} /> : null}
      <ChangeRoles person={person} />
      {person.type === 'HUMAN' ? <SignOut person={person} /> : null}
      <Disable person={person} />
    </>
  );
};

const SignInLink = ({ person: { id, name } }: { person: Person }) => (
  <Act
    label="Sign-in link…"
    title={`A sign-in link for ${name}`}
    verb="Make the link"
    secretWords={`Give it to ${name} and nobody else. It works once, for 15 minutes, and is shown only here.`}
    act={() => createSignInLink({ principalId: id })}
  >
    <p>Whoever opens it is {name}. You made it, so your own approval does not stand beside theirs.</p>
  </Act>
);

const ChangeRoles = ({ person }: { person: Person }) => {
  const [roles, setChosen] = useState<readonly Role[]>(person.roles);
  return (
    <Act
      label="Roles…"
      title={`Roles of ${person.name}`}
      verb="Set roles"
      act={() => setRoles({ principalId: person.id, roles: [...roles] })}
      onClosed={() => setChosen(person.roles)}
    >
      <Choices
        label="What they may do, from now on"
        options={rolesOf(person.type)}
        chosen={roles}
        word={roleWords}
        onChange={setChosen}
      />
    </Act>
  );
};

const SignOut = ({ person: { id, name } }: { person: Person }) => (
  <Act
    label="End sessions…"
    title={`End the sessions of ${name}`}
    verb="End sessions"
    isDanger
    act={() => endSessions({ principalId: id })}
  >
    <p>{name} is signed out everywhere. Links that were not opened yet open nothing any more. Keys stay.</p>
  </Act>
);

const Disable = ({ person: { id, name, type } }: { person: Person }) => (
  <Act
    label="Disable…"
    title={`Disable ${name}`}
    verb="Disable"
    isDanger
    act={() => disablePrincipal({ principalId: id })}
  >
    <p>
      {type === 'HUMAN'
        ? `${name} is signed out, keys are turned away, and approvals of theirs that have not taken effect count no longer.`
        : `Its keys are turned away. What it asked for before stays as it is.`}{' '}
      It can be undone.
    </p>
  </Act>
);

const Enable = ({ person: { id, name } }: { person: Person }) => (
  <Act
    label="Enable…"
    title={`Enable ${name}`}
    verb="Enable"
    act={() => enablePrincipal({ principalId: id })}
  >
    <p>{name} may act again. Keys that were not revoked work again.</p>
  </Act>
);
