//! As much of the WebDriver protocol as the tests need, spoken to a chromedriver of their own.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use clients::http::{Http, Limits};
use data_encoding::BASE64;
use serde_json::{Value, json};

/// The page is given this long to show something.
const PATIENCE: Duration = Duration::from_secs(15);
const GLANCE: Duration = Duration::from_millis(50);

pub struct Browser {
    http: Http,
    session: String,
    driver: Child,
    profile: PathBuf,
}

impl Browser {
    /// A browser with an empty profile, on this page.
    pub async fn open(url: &str) -> Self {
        let mut driver =
            Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("chromedriver");
        let mut lines = BufReader::new(driver.stdout.take().expect("its output")).lines();
        let port = lines
            .find_map(|line| line.ok()?.split_once("successfully on port ").map(|(_, port)| port.trim_end_matches('.').to_owned()))
            .expect("chromedriver says its port");
        let http = Http::new().expect("a client");
        let profile = std::env::temp_dir().join(format!("wave-shop-chromium-{port}-{}", std::process::id()));
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1200,900",
            &format!("--user-data-dir={}", profile.display()),
        ];
        let base = format!("http://127.0.0.1:{port}");
        let capabilities = json!({"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": {"args": arguments}}}});
        let opened = call(&http, "POST", &format!("{base}/session"), Some(capabilities)).await.expect("a session");
        let session = format!("{base}/session/{}", opened["sessionId"].as_str().expect("its id"));
        let browser = Self { http, session, driver, profile };
        browser.command("POST", "/url", Some(json!({"url": url}))).await.expect("the page");
        browser
    }

    async fn command(&self, method: &str, path: &str, body: Option<Value>) -> Result<Value, String> {
        call(&self.http, method, &format!("{}{path}", self.session), body).await
    }

    /// Runs a script of the page until it returns something that is not null.
    async fn until(&self, what: &str, script: &str, argument: &str) -> Value {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let found =
                self.command("POST", "/execute/sync", Some(json!({"script": script, "args": [argument]}))).await.expect("a script runs");
            if !found.is_null() {
                return found;
            }
            if tokio::time::Instant::now() >= deadline {
                self.screenshot("missing").await;
                panic!("the page does not show {what}: {argument}");
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Clicks the first element that a CSS selector finds.
    pub async fn click(&self, selector: &str) {
        let script =
            "const e = document.querySelector(arguments[0]); if (!e || e.hidden || !e.offsetParent) return null; e.click(); return true;";
        self.until("an element", script, selector).await;
    }

    /// Goes to another page.
    pub async fn go(&self, url: &str) {
        self.command("POST", "/url", Some(json!({"url": url}))).await.expect("the page");
    }

    /// Empties a field and types into it, key by key.
    pub async fn type_into(&self, selector: &str, text: &str) {
        self.wait_for(selector).await;
        let found = self.command("POST", "/element", Some(json!({"using": "css selector", "value": selector}))).await.expect("a field");
        let id = found.as_object().and_then(|found| found.values().next()).and_then(Value::as_str).expect("its name").to_owned();
        self.command("POST", &format!("/element/{id}/clear"), Some(json!({}))).await.expect("it is emptied");
        self.command("POST", &format!("/element/{id}/value"), Some(json!({"text": text}))).await.expect("it is typed");
    }

    /// What an element says.
    pub async fn text(&self, selector: &str) -> String {
        let script = "const e = document.querySelector(arguments[0]); return e ? e.textContent : null;";
        self.until("an element", script, selector).await.as_str().unwrap_or_default().to_owned()
    }

    pub async fn count(&self, selector: &str) -> usize {
        let found = self.until("a page", "return document.querySelectorAll(arguments[0]).length;", selector).await;
        usize::try_from(found.as_u64().unwrap_or_default()).unwrap_or_default()
    }

    pub async fn style(&self, selector: &str, property: &str) -> String {
        let script = format!("const e = document.querySelector(arguments[0]); return e ? getComputedStyle(e)['{property}'] : null;");
        self.until("an element", &script, selector).await.as_str().unwrap_or_default().to_owned()
    }

    /// How wide the page is, beyond the screen's edge too.
    pub async fn width(&self) -> u64 {
        self.until("a page", "return document.documentElement.scrollWidth;", "").await.as_u64().unwrap_or_default()
    }

    /// Chooses with the console's own buttons, and waits for the page that comes.
    async fn choose(&self, console: &str, name: &str, value: &str, attribute: &str) {
        self.go(console).await;
        let script = format!(
            "const e = document.querySelector(\"form.look button[name='{name}'][value='\" + arguments[0] + \"']\"); if (!e) return null; e.click(); return true;"
        );
        self.until("a choice", &script, value).await;
        self.wait_for(&format!("html[{attribute}='{value}']")).await;
    }

    pub async fn choose_language(&self, console: &str, language: &str) {
        self.choose(console, "language", language, "lang").await;
    }

    pub async fn choose_theme(&self, console: &str, theme: &str) {
        self.choose(console, "theme", theme, "data-theme").await;
    }

    async fn developer(&self, command: &str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.command("POST", "/goog/cdp/execute", Some(body)).await.expect("the browser does it")
    }

    /// Looks through a window of this width.
    pub async fn resize(&self, width: u32) {
        self.metrics(width, 900).await;
    }

    async fn metrics(&self, width: u32, height: u64) {
        let mobile = width < 600;
        self.developer(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}),
        )
        .await;
    }

    /// Leaves a picture of the whole page at this width where `SCREENSHOTS` says.
    pub async fn picture(&self, name: &str, width: u32) {
        let Some(folder) = std::env::var_os("SCREENSHOTS").map(PathBuf::from) else { return };
        self.developer("Emulation.setScrollbarsHidden", json!({"hidden": true})).await;
        self.resize(width).await;
        // As tall as the page is: what a screen would show only after scrolling.
        let height = self.until("a page", "return Math.max(900, document.documentElement.scrollHeight);", "").await;
        self.metrics(width, height.as_u64().unwrap_or(900)).await;
        let picture = self.developer("Page.captureScreenshot", json!({})).await;
        let picture = BASE64.decode(picture["data"].as_str().expect("its text").as_bytes()).expect("base64");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join(format!("{name}.png")), picture).expect("a file");
        self.resize(1280).await;
    }

    /// Taps the newest inline button that says this, once it is there and at rest.
    pub async fn tap(&self, part: &str) {
        let script = "const all = [...document.querySelectorAll(\"[data-testid='button']\")].filter(e => e.textContent.includes(arguments[0]) && !e.disabled);\
                      const e = all.at(-1); if (!e) return null; e.scrollIntoView(); e.click(); return true;";
        self.until("a button", script, part).await;
    }

    pub async fn wait_for(&self, selector: &str) {
        self.until("an element", "return document.querySelector(arguments[0]) ? true : null;", selector).await;
    }

    /// Waits for a message with this in it.
    pub async fn wait_for_text(&self, part: &str) {
        let script = "return [...document.querySelectorAll(\"[data-testid='message']\")].some(e => e.textContent.includes(arguments[0])) ? true : null;";
        self.until("a message", script, part).await;
    }

    /// The direction in which a message's paragraph with this text runs.
    pub async fn computed_direction(&self, part: &str) -> String {
        let script = "const all = [...document.querySelectorAll(\"[data-testid='message'] [dir]\")].filter(e => e.textContent.includes(arguments[0]));\
                      const e = all.at(-1); return e ? getComputedStyle(e).direction : null;";
        self.until("a text", script, part).await.as_str().unwrap_or_default().to_owned()
    }

    /// Leaves a picture where `SCREENSHOTS` says.
    pub async fn screenshot(&self, name: &str) {
        let Some(folder) = std::env::var_os("SCREENSHOTS").map(PathBuf::from) else { return };
        let picture = self.command("GET", "/screenshot", None).await.expect("a picture");
        let picture = BASE64.decode(picture.as_str().expect("its text").as_bytes()).expect("base64");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join(format!("{name}.png")), picture).expect("a file");
    }

    pub async fn close(mut self) {
        self.command("DELETE", "", None).await.expect("it closes");
        self.driver.kill().expect("it ends");
        self.driver.wait().expect("it ended");
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

async fn call(http: &Http, method: &str, url: &str, body: Option<Value>) -> Result<Value, String> {
    let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
    let request = axum::http::Request::builder()
        .method(method)
        .uri(url)
        .header("content-type", "application/json")
        .body(body)
        .map_err(|e| e.to_string())?;
    let limits = Limits { timeout: Duration::from_secs(60), max_body: 32 << 20 };
    let answer = http.send(request, limits).await.map_err(|error| error.to_string())?;
    let mut answer: Value = serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
    let value = answer["value"].take();
    match value.get("error") {
        Some(error) => Err(format!("{error}: {}", value["message"])),
        None => Ok(value),
    }
}
