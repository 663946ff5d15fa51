/** Vitest runs it before each test file: its hook comes after those of the file. */
import { afterAll } from 'vitest';
import { endFile } from './after-file.ts';

afterAll(endFile);
