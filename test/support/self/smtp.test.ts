import { expect, it } from 'vitest';
import { createTransport } from 'nodemailer';
import { useSmtpServer } from '../smtp-server.ts';
const smtp = useSmtpServer();
it('answers', async () => { 
    const t = createTransport(smtp.url, {pool:true} as object);
    const mail = {from:'a@x.example', to:'b@y.example', subject: 'Hé', text:'hello'};
    await t.sendMail(mail);
    const [m] = await smtp.waitForMessages(1);
    expect([m!.email.subject, m!.email.text, m!.envelope]).toEqual(['Hé','hello\n', {from:'a@x.example', to:['b@y.example']}]);
    for (const [b, code] of [['refuse',550],['fail',451],['refuse-content',554],['drop',undefined]] as const) { smtp.behave(b);
      await expect(t.sendMail(mail), b).rejects.toMatchObject({responseCode: code}); }
    smtp.behave('hang'); const p = t.sendMail(mail).catch(e=>e.message); await smtp.waitForAttempts(6); 
    t.close(); 
    console.log(smtp.attempts.length, smtp.messages.length);
    void p;
});
