import { Flags } from '@oclif/core';

/** `--errors FILE`, for commands that check a file of recipients. */
export const errorsFlag = Flags.custom<string>({
  summary: 'CSV file that gets every bad row: row, column, value, message.',
  helpValue: 'FILE',
});

/** `--rows N`, likewise. */
export const shownRowsFlag = Flags.integer({ summary: 'Most rows that are shown.', min: 0, default: 50 });
