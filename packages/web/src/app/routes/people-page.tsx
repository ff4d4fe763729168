import { PeopleScreen } from '../../features/people/people-screen.tsx';

export const PeoplePage = () => <PeopleScreen />;
