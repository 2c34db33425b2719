// embed/src/errors.ts
var e = class extends Error {
	code;
	reply;
	name = "CarrelError";
	constructor(e, t, n) {
		super(t), this.code = e, this.reply = n;
	}
}, t = class {
	post;
	timeoutMs;
	#e = [];
	#t = 0;
	#n = !0;
	constructor(e, t) {
		this.post = e, this.timeoutMs = t;
	}
	request(t, { onAck: n = () => {}, urgent: r = !1 } = {}) {
		return new Promise((i, a) => {
			let o = {
				message: {
					...t,
					id: ++this.#t
				},
				onAck: n,
				resolve: i,
				reject: a,
				posted: !1,
				acked: !1
			}, s = new e("timeout", `no answer to '${String(t.action)}'`);
			o.timer = setTimeout(() => this.#i(o, () => a(s)), this.timeoutMs), this.#e.push(o), (r || !this.#n) && this.#r(o);
		});
	}
	hold() {
		this.#n = !0;
	}
	release() {
		this.#n = !1;
		for (let e of this.#e) e.posted || this.#r(e);
	}
	receive(e) {
		let t = this.#a(e);
		t && (e.status === "ack" ? (clearTimeout(t.timer), t.acked = !0, t.onAck()) : e.status === "done" ? this.#i(t, () => t.resolve(e)) : this.#i(t, () => t.reject(i(e))));
	}
	cancel(e, t = "all") {
		for (let n of this.#e) (t === "all" || n.posted) && this.#i(n, () => n.reject(e));
	}
	#r(e) {
		e.posted = !0, this.post(e.message);
	}
	#i(e, t) {
		clearTimeout(e.timer), this.#e = this.#e.filter((t) => t !== e), t();
	}
	#a(e) {
		let t = this.#e.filter((e) => e.posted);
		if (e.id !== void 0) return t.find(({ message: t }) => t.id === e.id);
		let i = r(e);
		return t.find(({ message: t, acked: r }) => n(i, t.action) && n(e.project_id, t.project_id) && n(e.path, t.path) && !(e.status === "ack" && r));
	}
}, n = (e, t) => e === void 0 || e === t;
function r(e) {
	if (e.action !== void 0) return e.action;
	if (e.connection ?? e.open_files) return "status";
	if (e.mesg === "all files are closed") return "closeall";
	let t = String(e.mesg), n = /^Unknown action '(.*)'$/.exec(t);
	return n ? n[1] : /project|path/.test(t) ? "open" : void 0;
}
function i(t) {
	let n = String(t.mesg), r = t.code ?? (n.startsWith("Unknown action") ? "unknown_action" : "internal");
	return new e(String(r), n, t);
}
// embed/src/tokens.ts
var a = 3e4, o = 5;
async function s(t, n, r, i) {
	for (let s = 0; s < o && !i.aborted; s++) try {
		await n(await c(a, t(r)));
		return;
	} catch (t) {
		t instanceof e && t.code === "auth" && (r = "invalid"), s < 4 && await l(500 * 2 ** s, i);
	}
	throw new e("auth", "no token was accepted");
}
function c(t, n) {
	return new Promise((r, i) => {
		let a = setTimeout(() => i(new e("timeout", "getToken took too long")), t);
		n.then(r, i).finally(() => clearTimeout(a));
	});
}
var l = (e, t) => new Promise((n) => {
	let r = setTimeout(n, e);
	t.addEventListener("abort", () => {
		clearTimeout(r), n();
	});
}), u = (e) => f(e) && (e.status === "ack" || e.status === "done" || e.status === "error"), d = (e) => f(e) && typeof e.event == "string", f = (e) => typeof e == "object" && !!e, p = (e) => Object.fromEntries(Object.entries(e).map(([e, t]) => [e.replace(/_(.)/g, (e, t) => t.toUpperCase()), t])), m = (e) => e ? {
	project_id: e.projectId,
	path: e.path
} : {}, h = 500, g = [
	"open",
	"closeall",
	"status"
], _ = [
	...g,
	"auth",
	"save",
	"resize",
	"theme",
	"run",
	"export"
], v = class {
	iframe;
	o;
	ready;
	#e;
	#t;
	#n;
	#r;
	#i = new EventTarget();
	life = new AbortController();
	#a = [];
	#o = !1;
	#s = !1;
	#c;
	constructor(e, n) {
		this.iframe = e, this.o = n, this.#n = new URL(n.server).origin, this.#r = new t((e) => this.#d(e), this.#l), this.ready = new Promise((e, t) => {
			this.#e = e, this.#t = t;
		}), this.ready.catch(() => {});
		let { signal: r } = this.life;
		window.addEventListener("message", (e) => this.#f(e), { signal: r }), e.addEventListener("load", () => this.#m(), { signal: r }), n.loading === "lazy" || n.loading === "click" ? e.addEventListener("load", () => this.#_(), {
			signal: r,
			once: !0
		}) : this.#_();
	}
	open(e, t = {}) {
		let n = () => {}, r = new Promise((e) => {
			n = e;
		}), i = this.#u("open", {
			...m(e),
			...t
		}, n).then((t) => (n(), {
			projectId: String(t.project_id ?? e.projectId),
			path: String(t.path ?? e.path)
		})), a = Promise.race([r, i.then(() => {})]);
		return a.catch(() => {}), Object.assign(i, { acked: a });
	}
	async closeAll() {
		await this.#u("closeall");
	}
	async status() {
		let { connection: e, ...t } = p(await this.#r.request({ action: "status" }, { urgent: !0 }));
		return {
			openFiles: {},
			...t,
			connection: p(e)
		};
	}
	async save(e) {
		await this.#u("save", e === "*" ? { path: "*" } : m(e));
	}
	async run({ file: e, cell: t, stopOnError: n = !0 } = {}) {
		let r = t === void 0 ? { what: "all" } : {
			what: "cell",
			cell: t
		};
		return p(await this.#u("run", {
			...m(e),
			...r,
			stop_on_error: n
		}));
	}
	async export(t = "raw", n) {
		let r = await this.#u("export", {
			...m(n),
			format: t
		});
		if (!r.data) throw new e("too_big", "too big for a message; the reply has its `url`", r);
		let { filename: i, mime: a, data: o } = r;
		return {
			filename: i,
			mime: a,
			data: o
		};
	}
	async setTheme(e) {
		await this.#u("theme", { theme: e });
	}
	supports(e) {
		return this.#a.includes(e);
	}
	on(e, t) {
		let n = (e) => t(e.detail);
		return this.#i.addEventListener(e, n), () => this.#i.removeEventListener(e, n);
	}
	destroy() {
		let t = new e("cancelled", "the frame was destroyed");
		this.life.abort(), clearInterval(this.#c), this.#r.cancel(t), this.#t(t);
	}
	get #l() {
		return this.o.timeoutMs ?? 3e4;
	}
	#u(e, t = {}, n) {
		return this.#r.request({
			action: e,
			...t
		}, n ? { onAck: n } : {});
	}
	#d(e) {
		this.o.trace?.("out", e), this.iframe.contentWindow?.postMessage(e, this.#n);
	}
	#f(e) {
		e.origin === this.#n && e.source === this.iframe.contentWindow && (this.o.trace?.("in", e.data), u(e.data) ? this.#r.receive(e.data) : d(e.data) && this.#p(e.data));
	}
	#p({ event: e, ...t }) {
		let n = p(t);
		e === "ready" && this.#g(n.actions), e === "auth-required" && this.#v(n.reason), e === "resize" && this.#b(Number(n.height)), this.#i.dispatchEvent(new CustomEvent(e, { detail: n }));
	}
	#m() {
		this.#o && this.#r.cancel(new e("cancelled", "the frame was loaded again"), "posted"), this.#o = !1, this.#r.hold(), this.watch();
	}
	watch() {
		clearInterval(this.#c), this.#c = setInterval(() => void this.#h(), h), this.#h();
	}
	async #h() {
		let e = await this.#r.request({ action: "status" }, { urgent: !0 }).catch(() => void 0);
		if (!e || this.#o) return;
		let t = e.protocol !== void 0;
		(t ? e.ready : e.connection.status === "connected") ? this.#g(t ? _ : g) : e.auth === "required" && this.#v("missing");
	}
	#g(e) {
		clearInterval(this.#c), this.#a = e, this.#o = !0, this.#r.release(), this.#e();
	}
	#_() {
		let t = setTimeout(() => this.#t(new e("timeout", "the frame did not become ready")), this.#l);
		this.ready.catch(() => {}).finally(() => clearTimeout(t));
	}
	async #v(e) {
		if (!this.#s) {
			this.#s = !0;
			try {
				await this.#y(e);
			} catch (e) {
				this.#t(e), this.#r.cancel(e);
			} finally {
				this.#s = !1;
			}
		}
	}
	async #y(t) {
		let { getToken: n } = this.o;
		if (!n) throw new e("auth", `the frame needs a token: ${t}`);
		await s(n, (e) => this.#r.request({
			action: "auth",
			auth_token: e
		}, { urgent: !0 }), t, this.life.signal);
	}
	#b(e) {
		let { autoHeight: t } = this.o;
		if (!t) return;
		let { min: n = 0, max: r = Infinity } = t === !0 ? {} : t;
		this.iframe.style.height = `${Math.min(Math.max(e, n), r)}px`;
	}
}, y = "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads allow-modals";
function b(e, t) {
	let n = new URL(e.server), r = n.pathname.replace(/\/$/, "");
	n.pathname = e.projectId && e.path ? `${r}/projects/${e.projectId}/files/${x(e.path)}` : `${r}/app`;
	let i = n.searchParams;
	return i.set("fullscreen", "kiosk"), i.set("session", ""), i.set("embed_origin", t), e.theme && i.set("theme", e.theme), e.readonly && i.set("readonly", "1"), e.autoHeight && i.set("resize", "1"), e.token && e.tokenInQuery && i.set("auth_token", e.token), e.token && !e.tokenInQuery && (n.hash = `auth_token=${e.token}`), n.href;
}
var x = (e) => e.split("/").map(encodeURIComponent).join("/");
function S(e) {
	let t = document.createElement("iframe"), n = e.sandbox === void 0 ? y : e.sandbox;
	return n !== null && t.setAttribute("sandbox", n), t.allow = e.allow ?? "clipboard-read; clipboard-write; fullscreen", t.referrerPolicy = "origin", t.title = e.title ?? "Notebook", e.loading === "lazy" && (t.loading = "lazy"), t.style.cssText = "width:100%;height:100%;border:0", t;
}
function C(e, t, n) {
	let r = typeof t.target == "string" ? document.querySelector(t.target) : t.target;
	if (!r) throw TypeError(`there is no element ${String(t.target)}`);
	let i = () => {
		e.src = b(t, location.origin), r.append(e);
	};
	n.addEventListener("abort", () => e.remove()), t.loading === "click" ? w(`Load ${e.title}`, r, i, n) : i();
}
function w(e, t, n, r) {
	let i = document.createElement("button");
	i.type = "button", i.textContent = e, i.onclick = () => {
		i.remove(), n();
	}, r.addEventListener("abort", () => i.remove()), t.append(i);
}
// embed/src/index.ts
function T(e) {
	let t = S(e), n = new v(t, e);
	return C(t, e, n.life.signal), n;
}
function E(e, t, n = {}) {
	let r = new v(e, {
		...n,
		server: t
	});
	return r.watch(), r;
}
export { e as CarrelError, E as connect, T as embed };
