use mina_core::diagnostic::{Diagnostic, Level, Rule};
use mina_core::syntax;
use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

/// The compiler's spans of a block's tokens, by their index.
pub struct Spans(pub Vec<Span>);

impl Spans {
    /// The first and the last token of a range; the macro's name where the range is empty.
    fn ends(&self, span: syntax::Span) -> (Span, Span) {
        let at = |index: u32| self.0.get(index as usize).copied();
        let start = at(span.start).or_else(|| self.0.last().copied()).unwrap_or_else(Span::call_site);
        let end = at(span.end.saturating_sub(1).max(span.start)).unwrap_or(start);
        (start, end)
    }
}

/// Errors and warnings of the compiler, each under its own tokens.
pub fn report(diagnostics: &[Diagnostic], spans: &Spans) -> TokenStream {
    diagnostics.iter().map(|diagnostic| one(diagnostic, spans)).collect()
}

fn one(diagnostic: &Diagnostic, spans: &Spans) -> TokenStream {
    let at = spans.ends(diagnostic.span);
    if diagnostic.is_error() {
        let mut tokens = error(&diagnostic.to_string(), at);
        if let Some((place, label)) = &diagnostic.label {
            let subject = match diagnostic.rule {
                Rule::Error(code) => code.to_string(),
                Rule::Lint(lint, _) => lint.to_string(),
            };
            tokens.extend(error(&format!("{subject}: {label}"), spans.ends(*place)));
        }
        return tokens;
    }
    match diagnostic.rule {
        Rule::Lint(lint, Level::Warn) => warning(lint.name(), diagnostic, at.0),
        _ => TokenStream::new(),
    }
}

/// `compile_error!`, its caret from the first span to the last.
pub fn error(message: &str, (start, end): (Span, Span)) -> TokenStream {
    let mut text = Literal::string(message);
    text.set_span(end);
    let mut group = Group::new(Delimiter::Brace, TokenTree::from(text).into());
    group.set_span(end);
    let mark = |mark, spacing| {
        let mut mark = Punct::new(mark, spacing);
        mark.set_span(start);
        TokenTree::from(mark)
    };
    let word = |word| TokenTree::from(Ident::new(word, start));
    TokenStream::from_iter([
        mark(':', Spacing::Joint),
        mark(':', Spacing::Alone),
        word("core"),
        mark(':', Spacing::Joint),
        mark(':', Spacing::Alone),
        word("compile_error"),
        mark('!', Spacing::Alone),
        group.into(),
    ])
}

/// Stable Rust lets a macro warn only by the use of something deprecated, which is named as the lint is.
fn warning(name: &str, diagnostic: &Diagnostic, at: Span) -> TokenStream {
    let item = Ident::new(name, Span::call_site());
    let mut note = diagnostic.message.clone();
    for line in &diagnostic.help {
        note.push('\n');
        note.push_str(line);
    }
    let usage = Ident::new(name, at);
    let usage = quote_spanned!(at=> #usage);
    quote! {
        const _: () = {
            #[deprecated(note = #note)]
            #[allow(non_upper_case_globals)]
            const #item: () = ();
            #usage
        };
    }
}
