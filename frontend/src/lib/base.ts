/** The path that the UI is served under, with a slash at the end: the server writes it into <base>. */
export const basePath = new URL(document.baseURI).pathname.replace(/[^/]*$/, '')

/** Address of a page of the UI, for links that leave the router (sign-in, new tab). */
export const pageUrl = (path: string) => basePath + path.replace(/^\//, '')

/** What the server says to press: a page of ours begins with a slash, another site does not. */
export const actionUrl = (href: string) => (href.startsWith('/') ? pageUrl(href) : href)

/** Address under the API. */
export const apiUrl = (path: string) => `${basePath}api/v1${path}`
