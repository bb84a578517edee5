import { describeWithBrowser } from '@duban/testing';
import { TOTP } from 'otpauth';
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

  it.each([
    ['desktop', undefined, 'zh', 'LD08.head'],
    ['phone', PHONE, 'en', 'LD09.head'],
  ] as const)('whoever is in looks after their own account (%s)', async (looks, viewport, language, username) => {
    const words = (zh: string, en: string): string => (language === 'zh' ? zh : en);
    visitor = await Visitor.open(browser(), product.url, { viewport, language });
    const { page } = await visitor.signIn(username);
    const panel = (title: string) => page.locator('.panel').filter({ has: page.getByRole('heading', { name: title }) });
    const dialog = page.getByRole('dialog');
    await visitor.goto('/account');

    // A mail address is taken from whoever knows the password.
    const contact = panel(words('联系方式', 'Where you are reached'));
    await contact.getByLabel(words('邮箱', 'Mail address')).fill(`${username}@city.example`);
    await contact.getByLabel(words('现用密码', 'Present password')).fill('not-the-password');
    await contact.getByRole('button', { name: words('保存', 'Save') }).click();
    await contact.getByRole('alert').waitFor();
    await contact.getByLabel(words('现用密码', 'Present password')).fill(PASSWORD);
    await contact.getByRole('button', { name: words('保存', 'Save') }).click();
    await page.getByText(words('联系方式已保存', 'Saved')).waitFor();
    await visitor.goto('/account');
    expect(await contact.getByLabel(words('邮箱', 'Mail address')).inputValue()).toBe(`${username}@city.example`);

    // A second factor by choice, and other recovery codes by one of the first.
    await page.getByRole('button', { name: words('启用第二因素', 'Set up a second factor') }).click();
    await dialog.getByRole('button', { name: words('继续', 'Go on') }).click();
    const secret = await dialog.locator('.ant-typography', { hasText: /^[A-Z2-7]{16,}$/ }).innerText();
    await dialog
      .getByRole('textbox', { name: words('验证码', 'Code') })
      .fill(new TOTP({ secret: secret.trim() }).generate());
    expect(await visitor.seriousFindings()).toEqual([]);
    await dialog.getByRole('button', { name: words('继续', 'Go on') }).click();
    const [first] = (await dialog.locator('pre').innerText()).split('\n');
    await dialog.getByRole('button', { name: words('已保存，继续', 'Kept, go on') }).click();
    await page.getByText(words('还有 10 个恢复码可用', '10 recovery codes are left')).waitFor();
    await page.getByRole('button', { name: words('生成新的恢复码', 'New recovery codes') }).click();
    await dialog.getByRole('textbox', { name: words('验证码', 'Code') }).fill(first!);
    await dialog.getByRole('button', { name: words('生成新的恢复码', 'New recovery codes') }).click();
    await dialog.locator('pre').waitFor();
    expect(await dialog.locator('pre').innerText()).not.toContain(first);
    expect(await visitor.seriousFindings()).toEqual([]);
    await visitor.picture(`recovery-codes-${looks}`);
    await dialog.getByRole('button', { name: words('已保存，继续', 'Kept, go on') }).click();

    // The security administrator lets in whose telephone is gone.
    const security = await Visitor.open(browser(), product.url);
    await (await security.signIn('security')).goto('/people');
    await security.page.getByRole('searchbox', { name: '姓名、账号、单位代码或岗位' }).fill(username);
    const row = security.page.locator('.ant-table-row', { hasText: username });
    await row.getByRole('button', { name: '管理' }).click();
    await security.page.getByRole('button', { name: '重置第二因素' }).click();
    await security.page.locator('.ant-popover:visible').getByRole('button').last().click();
    await security.page.getByText('已完成').waitFor();
    expect(security.complaints).toEqual([]);
    await security.close();
  });

  it.each([
    ['desktop', undefined, 'zh'],
    ['phone', PHONE, 'en'],
  ] as const)(
    'a program acts for whoever gives it a token, until it is ended (%s)',
    async (looks, viewport, language) => {
      const words = (zh: string, en: string): string => (language === 'zh' ? zh : en);
      visitor = await Visitor.open(browser(), product.url, { viewport, language });
      const { page } = await visitor.signIn('LD10.head');
      const dialog = page.getByRole('dialog');
      await visitor.goto('/account');
      const name = `${looks}${Date.now().toString(36)}`;
      await page.getByRole('button', { name: words('新建令牌', 'New token') }).click();
      await dialog.getByLabel(words('名称', 'Name')).fill(name);
      await dialog.getByLabel(words('用途', 'What it is for')).fill('汇总');
      await visitor.choose(
        dialog.getByLabel(words('范围', 'What it may do')),
        words('查看相关事项', 'matters that concern one'),
      );
      await page.keyboard.press('Escape');
      expect(await visitor.seriousFindings()).toEqual([]);
      await dialog.getByRole('button', { name: words('新建', 'Make'), exact: true }).click();
      const token = await dialog.locator('pre').innerText();
      await visitor.picture(`token-${looks}`);
      await dialog.getByRole('button', { name: words('已保存', 'Kept') }).click();
      const read = () => fetch(`${product.url}/api/v1/tasks`, { headers: { authorization: `Bearer ${token.trim()}` } });
      expect((await read()).status).toBe(200);
      const row = page.locator('.ant-table-row', { hasText: name });
      await visitor.picture(`own-account-${looks}`);
      await row.getByRole('button', { name: words('停用', 'End') }).click();
      await dialog.getByRole('button', { name: words('停用', 'End') }).click();
      await row.getByText(words('已停用', 'ended')).waitFor();
      expect((await read()).status).toBe(401);
    },
  );

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
