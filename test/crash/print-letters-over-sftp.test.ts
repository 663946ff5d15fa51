import { describe, it } from 'vitest';
import { createPrintDestination } from '../../src/lib/print-runs/create-print-destination.ts';
import { requireProgram } from '../support/programs.ts';
import { useSftpServer } from '../support/sftp-server.ts';
import { usePrintRunKills } from './print-run-kills.ts';

const { app, killAtEachStep } = usePrintRunKills();

describe('prints each letter once, wherever it was killed', { timeout: 300_000 }, () => {
  const sshd = requireProgram('sshd');

  sshd.suite('with zips that go to', () => {
    const server = useSftpServer(sshd.path);

    it("OpenSSH's server", async () => {
      const url = `sftp://${server.user}@127.0.0.1:${server.port}/notify`;
      const destination = createPrintDestination({
        ...app.config,
        printSftpUrl: url,
        printSftpKey: server.privateKey,
        printSftpHostKey: [server.hostKey],
      });
      const environment = {
        NOTIFY_PRINT_SFTP_URL: url,
        NOTIFY_PRINT_SFTP_KEY: server.privateKey,
        NOTIFY_PRINT_SFTP_HOST_KEY: server.hostKey,
      };
      await killAtEachStep({ folder: server.folder, destination, environment, letters: 2 });
      await destination.close();
    });
  });
});
