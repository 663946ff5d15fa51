import { describe, expect, it } from 'vitest';
import { signingCertUrl, snsSignedText, subscribeUrl } from '../../../src/lib/receipts/sns-message.ts';

describe('what SNS signs', () => {
  const fields = {
    Type: 'Notification',
    MessageId: 'id-1',
    TopicArn: 'arn',
    Message: 'two\nlines',
    Timestamp: 'now',
    Signature: 'not signed',
    SigningCertURL: 'not signed',
    Token: 'token',
    SubscribeURL: 'url',
  };

  it('of a message is key and value of its fields, in order', () => {
    expect(snsSignedText(fields)).toBe(
      'Message\ntwo\nlines\nMessageId\nid-1\nTimestamp\nnow\nTopicArn\narn\nType\nNotification\n',
    );
  });

  it('has the subject only where there is one', () => {
    expect(snsSignedText({ ...fields, Subject: 'About' })).toContain('MessageId\nid-1\nSubject\nAbout\nTimestamp\n');
    expect(snsSignedText({ ...fields, Subject: null })).toBe(snsSignedText(fields));
    expect(snsSignedText({ ...fields, Subject: '' })).toContain('Subject\n\n');
  });

  it.each(['SubscriptionConfirmation', 'UnsubscribeConfirmation'])('of a %s has its token and URL', (Type) => {
    expect(snsSignedText({ ...fields, Type, Subject: 'About' })).toBe(
      `Message\ntwo\nlines\nMessageId\nid-1\nSubscribeURL\nurl\nTimestamp\nnow\nToken\ntoken\nTopicArn\narn\nType\n${Type}\n`,
    );
  });
});

const hosts = ['https://sns.eu-west-1.amazonaws.com', 'https://sns.cn-north-1.amazonaws.com.cn'];

const refused = [
  'http://sns.eu-west-1.amazonaws.com/a.pem',
  'https://sns.eu-west-1.amazonaws.com:443/a.pem',
  'https://sns.eu-west-1.amazonaws.com:8443/a.pem',
  'https://user@sns.eu-west-1.amazonaws.com/a.pem',
  'https://user:pass@sns.eu-west-1.amazonaws.com/a.pem',
  'https://@sns.eu-west-1.amazonaws.com/a.pem',
  'https://sns.eu-west-1.amazonaws.com@evil.example/a.pem',
  'https://sns.eu-west-1.amazonaws.com.evil.example/a.pem',
  'https://sns.eu-west-1.amazonaws.com.uk/a.pem',
  'https://evil-sns.eu-west-1.amazonaws.com/a.pem',
  'https://sns.a.b.amazonaws.com/a.pem',
  'https://sns.amazonaws.com/a.pem',
  'https://s3.eu-west-1.amazonaws.com/a.pem',
  'https://evil.example/sns.eu-west-1.amazonaws.com/a.pem',
  'https://evil.example#sns.eu-west-1.amazonaws.com/a.pem',
  'https://evil.example\\@sns.eu-west-1.amazonaws.com/a.pem',
  'https://sns.eu-west-1.amazonaws.com\\@evil.example/a.pem',
  'https:///sns.eu-west-1.amazonaws.com/a.pem',
  'https:sns.eu-west-1.amazonaws.com/a.pem',
  '//sns.eu-west-1.amazonaws.com/a.pem',
  'https://sns.eu-west-1.amazo\tnaws.com/a.pem',
  ' https://sns.eu-west-1.amazonaws.com/a.pem',
  'https://127.0.0.1/a.pem',
  'https://169.254.169.254/a.pem',
  'file:///etc/passwd.pem',
  'a.pem',
  '',
];

describe('the URL of a certificate', () => {
  it.each(hosts)('may be of %s, in both spellings', (host) => {
    const url = `${host}/SimpleNotificationService-0123.pem`;
    expect(signingCertUrl({ SigningCertURL: url })).toBe(url);
    expect(signingCertUrl({ SigningCertUrl: url })).toBe(url);
  });

  it.each([
    ...refused,
    'https://sns.eu-west-1.amazonaws.com/a.txt',
    'https://sns.eu-west-1.amazonaws.com/?x=.pem',
    'https://sns.eu-west-1.amazonaws.com/a.pem?x=1',
    'https://sns.eu-west-1.amazonaws.com/a.txt#.pem',
  ])('may not be %j', (url) => {
    expect(signingCertUrl({ SigningCertURL: url })).toBeNull();
  });

  it('may not be something else than a text', () => {
    for (const url of [null, 1, ['https://sns.eu-west-1.amazonaws.com/a.pem'], {}]) {
      expect(signingCertUrl({ SigningCertURL: url })).toBeNull();
    }
    expect(signingCertUrl({})).toBeNull();
  });
});

describe('the URL that confirms a subscription', () => {
  it.each(hosts)('may be of %s', (host) => {
    const url = `${host}/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-west-1:1:t&Token=abc`;
    expect(subscribeUrl({ SubscribeURL: url })).toBe(url);
  });

  it.each(refused)('may not be %j', (url) => {
    expect(subscribeUrl({ SubscribeURL: url })).toBeNull();
  });
});
