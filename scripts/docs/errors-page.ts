import { errorTable, type ErrorKind } from '../../src/lib/core/errors.ts';
import { code, page, table } from './markdown.ts';

export function errorsPage(): string {
  const rows = Object.entries(errorTable as Record<string, ErrorKind>).map(
    ([name, { httpStatus, v2Error, exitCode, summary }]) => [
      code(name),
      String(httpStatus),
      code(v2Error),
      String(exitCode),
      summary,
    ],
  );
  return page(
    'Errors',
    'One table for the whole program. Commands exit with the status and print `error.code` with `--json`; the v2 API answers `{"status_code": …, "errors": [{"error": …, "message": …}]}`; the router and everything outside v2 answers `{"result": "error", "message": …}`.',
    'Exit statuses: 0 done (also "already so"), 1 failed, 2 usage, 3 partly done, 4 refused, 5 not found, 69 a dependency is unavailable, 75 locked (try again), 78 bad configuration, 130 and 143 ended by a signal.',
    table(['Code', 'HTTP', 'v2 error', 'Exit', 'Meaning'], rows),
  );
}
