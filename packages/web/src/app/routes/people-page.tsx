export { PeopleScreen as PeoplePage } from '../../features/people/people-screen.tsx';
