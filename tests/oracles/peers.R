# Numbers of 03, 04 and 06 worked out by R, for tests/unit/test_peers.py. From the project's folder:
#
#   Rscript tests/oracles/peers.R > tests/oracles/peers.csv
#
# Needs R with the packages coin, ordinal and sandwich (Debian: r-base-core, r-cran-coin, r-cran-ordinal, r-cran-sandwich). Reads the synthetic
# records of the worked example and the register of coproduction. Made with R 4.2.2, coin 1.4-2, ordinal 2022.11-16, sandwich 3.0-2.
suppressMessages({library(coin); library(ordinal); library(sandwich)})
say <- function(name, value) cat(sprintf("%s,%.12g\n", name, value))
cat("statistic,value\n")

# 03: confidence before and after, of those who answered both times
records <- read.csv("data/raw/coproduction_example/records/questionnaire.csv", colClasses = "character")
number <- function(column) suppressWarnings(as.numeric(records[[column]]))
both <- !is.na(number("confidence_pre")) & !is.na(number("confidence_post"))
before <- number("confidence_pre")[both]; after <- number("confidence_post")[both]
change <- after - before; n <- length(change)
t <- t.test(after, before, paired = TRUE)
say("n", n); say("mean", unname(t$estimate)); say("mean_low", t$conf.int[1]); say("mean_high", t$conf.int[2]); say("t_p", t$p.value)
say("d_z", mean(change) / sd(change)); say("d_av", mean(change) / ((sd(before) + sd(after)) / 2))
say("wilcoxon_dropped_p", suppressWarnings(wilcox.test(change[change != 0], exact = FALSE, correct = FALSE)$p.value))
pratt <- wilcoxsign_test(after ~ before, zero.method = "Pratt", distribution = "asymptotic")
say("wilcoxon_pratt_p", pvalue(pratt))
up <- sum(change > 0); down <- sum(change < 0)
say("mcnemar_exact_p", binom.test(up, up + down)$p.value)
wilson <- prop.test(up, n, correct = FALSE)$conf.int
say("improved_low", wilson[1]); say("improved_high", wilson[2])
ranks <- rank(abs(change[change != 0])); kept <- change[change != 0]
say("rank_biserial", (sum(ranks[kept > 0]) - sum(ranks[kept < 0])) / sum(ranks))
say("power_80_delta", power.t.test(n = n, sd = sd(change), power = 0.8, type = "paired", tol = 1e-12)$delta)
for (margin in 1:2) say(paste0("tost_", margin), max(t.test(change, mu = -margin, alternative = "greater")$p.value,
                                                     t.test(change, mu = margin, alternative = "less")$p.value))

# the ordered logit of both answers on "after", people as clusters; and the mixed model of which it is the marginal twin
stacked <- data.frame(answer = factor(c(before, after)), after = rep(0:1, each = n), person = factor(rep(seq_len(n), 2)))
marginal <- clm(answer ~ after, data = stacked, control = clm.control(gradTol = 1e-10))
say("ordinal_log_odds", unname(coef(marginal)["after"]))
say("ordinal_se", sqrt(vcovCL(marginal, cluster = stacked$person, type = "HC1")["after", "after"]))
mixed <- suppressWarnings(clmm(answer ~ after + (1 | person), data = stacked))
say("mixed_log_odds", unname(coef(mixed)["after"])); say("mixed_sd", unname(mixed$ST$person[1, 1]))

# 04: English at joining on months in the UK
english <- number("english_at_joining"); months <- number("months_in_uk"); known <- !is.na(english) & !is.na(months)
x <- months[known]; y <- english[known]; line <- lm(y ~ x); error <- sqrt(vcovHC(line, type = "HC4")[2, 2])
half <- qt(0.975, length(x) - 2) * error
say("english_n", length(x)); say("slope", unname(coef(line)[2])); say("slope_se", error)
say("slope_low", unname(coef(line)[2]) - half); say("slope_high", unname(coef(line)[2]) + half)
z <- atanh(sapply(seq_along(x), function(k) cor(x[-k], y[-k]))); people <- length(x)  # the jackknife of Fisher's z
ends <- tanh(atanh(cor(x, y)) + c(-1, 1) * qt(0.975, people - 1) * sqrt((people - 1)^2 / people * var(z)))
say("r_squared_low", if (prod(ends) < 0) 0 else min(ends^2)); say("r_squared_high", max(ends^2))
say("r_squared", summary(line)$r.squared); say("rho", cor(x, y, method = "spearman"))
for (people in c(57, 89, 93, 102)) {  # the printed R2
  f <- 0.0439 * (people - 2) / (1 - 0.0439)
  say(paste0("printed_t_", people), sqrt(f)); say(paste0("printed_f_", people), f)
  say(paste0("printed_p_", people), pf(f, 1, people - 2, lower.tail = FALSE))
}

# 06: the model of coproduction written out by hand, its three ratios, and the set of calibrated inputs that print them
lines <- readLines("data/raw/coproduction/assumptions.yaml")
of <- function(id, field = "value") {
  start <- grep(paste0("id: ", id, "$"), lines)[1]
  entry <- lines[start:length(lines)]
  as.numeric(sub("^ +[a-z]+: *", "", entry[grep(paste0("^ +", field, ":"), entry)[1]]))
}
cost <- of("total_cost"); share <- of("research_share"); learners <- of("english_learners")
months_added <- of("english_months"); part <- of("employability_work_part")
engagement <- of("engagement_weeks") * of("volunteering_wellbeing_value_weekly_2013"); friends <- of("friends_contact_value_2011")
work <- of("employability_participants") * of("developmental_learning_value")
help <- of("advice_help"); signposting <- of("advice_signposting_least") + help
advice <- help * of("advice_value_help") + signposting * of("advice_value_signposting") +
  (of("advice_contacts") - help - signposting) * of("advice_value_referral")
ratios <- function(cost, learners, months, part) {
  english <- learners * friends * months / 12
  cbind(central = engagement + english + work + advice,
        low = 0.75 * engagement + english + work * (1 - 0.75 * part) + 0.9 * advice,
        high = engagement + english + learners * friends + work + 1.1 * advice) / cost
}
base <- ratios(cost, learners, months_added, part)
for (name in colnames(base)) { say(paste0("ratio_", name), base[, name]); say(paste0("ratio_operating_", name), base[, name] / (1 - share)) }

set.seed(2013); tries <- 4e6
range_of <- function(id) c(of(id, "low"), of(id, "high"))
inside <- function(value, ends) value >= ends[1] & value <= ends[2]
width <- function(id) diff(range_of(id))
draw <- function(ends) runif(tries, ends[1], ends[2])
c1 <- draw(c(4.665, 4.675)); c2 <- draw(c(2.975, 2.985)); c3 <- draw(c(5.355, 5.365))
cost <- draw(range_of("total_cost")); share <- draw(range_of("research_share"))
english <- c1 * cost - engagement - work - advice                 # each printed ratio solved for its input, by hand
learners <- ((c3 - c1) * cost - 0.1 * advice) / friends
months_added <- english * 12 / (learners * friends)
part <- (1 - (c2 * cost - 0.75 * engagement - english - 0.9 * advice) / work) / 0.75
good <- inside(learners, range_of("english_learners")) & inside(months_added, range_of("english_months")) &
  inside(part, range_of("employability_work_part")) &
  inside(c1 / (1 - share), c(5.755, 5.765)) & inside(c2 / (1 - share), c(3.675, 3.685)) & inside(c3 / (1 - share), c(6.595, 6.605))
slopes <- (learners * friends / 12 / cost) * (0.75 * work / cost) * (friends / cost)
weight <- ifelse(good, 0.01^3 / slopes / (width("english_learners") * width("english_months") * width("employability_work_part")), 0)
say("set_volume", mean(weight)); say("set_tries_kept", mean(good))
for (name in c("cost", "share", "learners", "months_added", "part")) {
  value <- get(name); middle <- sum(value * weight) / sum(weight)
  say(paste0("set_mean_", name), middle); say(paste0("set_sd_", name), sqrt(sum((value - middle)^2 * weight) / sum(weight)))
}
