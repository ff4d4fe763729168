import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { SignIn } from '../../features/session/sign-in.tsx';

/** Where a sign-in may lead: a path of this console, never another origin. */
const safePath = (to: string | undefined): string => (to && /^\/(?![/\\])/u.test(to) ? to : '/approvals');

export const SignInPage = () => {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { to, refused } = useSearch({ from: '/sign-in' });
  return (
    <SignIn
      refused={refused}
      onSignedIn={() => {
        queryClient.clear();
        void navigate({ href: safePath(to), replace: true });
      }}
    />
  );
};
