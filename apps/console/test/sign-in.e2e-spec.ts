import { describeWithBrowser } from '@duban/testing';
import { PASSWORD, useSampleProduct } from './sample-product';
import { PHONE, Visitor } from './visitor';

describeWithBrowser('signing in at the console', (browser) => {
  const product = useSampleProduct();
  let visitor: Visitor | undefined;

  afterEach(async () => {
    expect(visitor?.complaints).toEqual([]);
    await visitor?.close();
  });

  for (const language of ['zh', 'en'] as const) {
    for (const viewport of [undefined, PHONE]) {
      it(`leads to one’s own first page (${language}, ${viewport ? 'phone' : 'desktop'}), which keeps to WCAG`, async () => {
        visitor = await Visitor.open(browser(), product.url, { language, viewport });
        await visitor.page.goto(product.url);
        await visitor.page.locator('#username').waitFor();
        expect(await visitor.seriousFindings()).toEqual([]);
        await visitor.signIn('office');
        await visitor.page.locator('h1').waitFor();
        expect(await visitor.seriousFindings()).toEqual([]);
      });
    }
  }

  it('a wrong password is refused in plain words, and nothing else of it is said', async () => {
    visitor = await Visitor.open(browser(), product.url);
    await visitor.page.goto(product.url);
    await visitor.page.locator('#username').fill('office');
    await visitor.page.locator('#password').fill('not-the-password');
    await visitor.page.locator('button[type=submit]').click();
    await visitor.page.getByRole('alert').waitFor();
    expect(await visitor.page.locator('#content').count()).toBe(0);
  });

  it('a session that ended asks for the password over the page, and what was asked for is done then', async () => {
    visitor = await Visitor.open(browser(), product.url);
    await visitor.signIn('office');
    await visitor.goto('/account');
    await visitor.page.context().clearCookies();
    await visitor.page.getByRole('button', { name: '结束其他会话' }).click();
    const dialog = visitor.page.getByRole('dialog');
    await dialog.waitFor();
    await dialog.locator('#username').fill('office');
    await dialog.locator('#password').fill(PASSWORD);
    await dialog.locator('button[type=submit]').click();
    await dialog.waitFor({ state: 'hidden' });
    expect(await visitor.page.locator('h1').innerText()).toBe('个人设置');
  });

  it('has no script within its page, and no style but those of this very answer', async () => {
    const answers = await Promise.all([1, 2].map(() => fetch(product.url, { headers: { accept: 'text/html' } })));
    const policies = answers.map(({ headers }) => headers.get('content-security-policy') ?? '');
    for (const policy of policies) {
      expect(policy).toContain(`script-src 'self';`);
      expect(policy).toMatch(/style-src 'self' 'nonce-[A-Za-z0-9+/=]{20,}';/);
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
    }
    expect(policies[0]).not.toBe(policies[1]);
    const page = await answers[0]!.text();
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(page).not.toContain('__NONCE__');
  });
});
