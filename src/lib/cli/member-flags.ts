import { Args, Flags } from '@oclif/core';
import { grantablePermissions } from '../users/user.ts';

/** A user as people know one. */
export const userArg = Args.custom<string>({
  description: 'id or email address of the user',
  // A command that is given no user must say so, not take a line of a script's input for one.
  ignoreStdin: true,
});

/** `--user`. */
export const userFlag = Flags.custom<string>({ summary: 'Id or email address of the user.', helpValue: 'USER' });

/** Permissions of a member, with commas between them, or the flag again. */
export const permissionFlag = Flags.custom<string>({
  helpValue: 'NAME',
  multiple: true,
  multipleNonGreedy: true,
  delimiter: ',',
  options: [...grantablePermissions],
});
